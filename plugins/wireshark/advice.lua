-- What is told to who reads a capture in a way that shows frames before all was read.

return function()
  return {
    TSHARK = "`-2 -R frame` shows it (`-2` alone does not), and so does `-q -z secagree,tree`",
  }
end
