-- Whether anybody can ask for what the plugin knows. Where a tshark merely prints its lines, nobody
-- can, and the plugin stays away: an extractor alone has Wireshark make a packet tree of each frame.
--
-- It is taken for asked unless all is known to be harmless: the words of the command line, where the
-- system tells them (Linux), the columns of the user, other scripts of Lua.

return function()
  local M = {}

  local PROGRAM = "tshark"
  local PLAIN = "[2DgIlLnpPqQ]" -- options without a value
  local VALUED = "[aBbcdfFHiKNorstuwWXy]" -- options with one
  local SCRIPT = "^lua_script:"
  -- in the value of -o: preferences that bring in fields of ours, or columns
  local TELLING = { "secagree", "column" }
  local COLUMN = "%%Cus:[^\"]*secagree" -- a custom column, as preferences have it
  local STARTS = "init.lua" -- says whether root may run scripts
  local DEPTH = 3 -- folders of plugins within folders

  local function harmless(option, value, own)
    if option == "X" then
      return value:find(SCRIPT) and value:gsub(SCRIPT, "") == own
    elseif option == "o" then
      for _, word in ipairs(TELLING) do
        if value:lower():find(word) then
          return false
        end
      end
    end
    return true
  end

  -- Whether these words ask for nothing but lines; `own` is the path of this plugin.
  function M.lines_alone(words, own)
    if ((words[1] or ""):match("[^/]*$")) ~= PROGRAM then
      return false
    end
    local at = 2
    while words[at] do
      local letters = words[at]:match("^%-([^%-].*)$")
      if not letters then
        return false -- a long option, or a filter
      end
      local plain = letters:match("^" .. PLAIN .. "*")
      local option = letters:sub(#plain + 1, #plain + 1)
      if option ~= "" then
        local value = letters:sub(#plain + 2)
        if value == "" then
          at = at + 1
          value = words[at]
        end
        if not option:find(VALUED) or not value or not harmless(option, value, own) then
          return false
        end
      end
      at = at + 1
    end
    return true
  end

  -- Whether preferences, as the text of a file, have a column of ours.
  function M.has_column(text)
    for line in text:gmatch("[^\r\n]+") do
      if line:find("^[^#]") and line:find(COLUMN) then
        return true
      end
    end
    return false
  end

  local function text_of(path)
    local file = io.open(path, "rb")
    local text = file and file:read("*a")
    if file then
      file:close()
    end
    return text
  end

  local function words_of(text)
    local words = {}
    for word in text:gmatch("([^%z]*)%z") do
      words[#words + 1] = word
    end
    return words
  end

  -- Whether a folder of plugins holds a script that is not this one.
  local function others(folder, own, depth)
    local opened, dir = pcall(Dir.open, folder)
    if not opened or not dir then
      return false
    end
    local found = false
    for name in dir do
      local path = folder .. "/" .. name
      if name:find("%.lua$") then
        found = found or (path ~= own and name ~= STARTS)
      elseif depth > 0 and Dir.exists(path) then
        found = found or others(path, own, depth - 1)
      end
    end
    dir:close()
    return found
  end

  -- The file that is being loaded, which compiles its modules from texts.
  local function this_file()
    local level = 2
    local info = debug.getinfo(level, "S")
    while info and not info.source:find("^@") do
      level = level + 1
      info = debug.getinfo(level, "S")
    end
    return info and info.source:sub(2)
  end

  -- Whether nobody can ask, while the plugin is loaded. Never true where that is not certain.
  function M.by_nobody()
    if gui_enabled() then
      return false
    end
    local own = this_file()
    local words = text_of("/proc/self/cmdline")
    if not words or not M.lines_alone(words_of(words), own) then
      return false
    end
    for _, path in ipairs({ Dir.personal_config_path("preferences"),
      Dir.global_config_path("preferences") }) do
      if M.has_column(text_of(path) or "") then
        return false
      end
    end
    return not others(Dir.personal_plugins_path(), own, DEPTH)
      and not others(Dir.global_plugins_path(), own, DEPTH)
  end

  return M
end
