-- Made from analyzer/report/naming.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local M = {}

  -- The short name of a capture: nothing where there is one, else a, b, .. z, aa, ab, ..
  function M.letter(capture, captures)
    if captures < 2 then
      return ""
    end
    local name = ""
    local number = capture + 1
    while number > 0 do
      local tuple1 = py.divmod(number - 1, 26)
      number = tuple1[1]
      local rest = tuple1[2]
      name = string.char(string.byte("a") + rest) .. name
    end
    return name
  end

  -- `#4`, or `c#4` where the report has several captures.
  function M.frame_name(capture, frame, captures)
    return M.letter(capture, captures) .. "#" .. str.of(frame)
  end

  return M
end
