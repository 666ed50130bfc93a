-- Whether anybody can ask for what the plugin knows. Where a tshark merely prints its lines, nobody
-- can, and the plugin stays away: an extractor alone has Wireshark make a packet tree of each frame.
--
-- It is taken for asked unless all is known to be harmless: the words of the command line, where the
-- system tells them (Linux), the columns of the user, other scripts of Lua. The same words say what a
-- tshark that is asked wants.

return function()
  local M = {}

  local PROGRAM = "tshark"
  local PLAIN = "[2DgIlLnpPqQ]" -- options without a value
  local SHOWING = "[hvVx]" -- such options, that show more than lines
  local VALUED = "[aBbcdfFHiKNorstuwWXy]" -- options with one
  local SETTING = "[CMS]" -- such options, that bring in what is not known here, yet print lines
  local SCRIPT = "^lua_script:"
  -- in the value of -o: preferences that bring in fields of ours, or columns
  local TELLING = { "secagree", "column" }
  local COLUMN = "%%Cus:[^\"]*secagree" -- a custom column, as preferences have it
  local INFO = "^%s*secagree%.info%s*:%s*true" -- the preference that writes into a column
  local STARTS = "init.lua" -- run before all plugins; says whether root may run scripts
  -- what it would need to ask, or to load what asks, but for what Wireshark's own one has
  local ASKING = { "dofile", "loadfile", "loadstring", "load", "require", "Field", "Listener",
    "all_field_infos", "secagree" }
  local CONSOLE = "dofile%(DATA_DIR%s*%.%.%s*\"console%.lua\"%)"
  local DEPTH = 3 -- folders of plugins within folders

  -- The options of a command line in order, as letter and value (nil without one); what is none, as
  -- a long option or a filter, has the letter "".
  local function options_of(words)
    local found, at = {}, 2
    while words[at] do
      local letters = words[at]:match("^%-([^%-].*)$")
      if not letters then
        found[#found + 1] = { "", words[at] }
      end
      while letters and letters ~= "" do
        local letter, rest = letters:sub(1, 1), letters:sub(2)
        local value
        if not (letter:find(PLAIN) or letter:find(SHOWING)) then
          if rest == "" then
            at = at + 1
            rest = words[at]
          end
          value, rest = rest, ""
        end
        found[#found + 1] = { letter, value }
        letters = rest
      end
      at = at + 1
    end
    return found
  end

  local function is_tshark(words)
    return (words[1] or ""):match("[^/]*$") == PROGRAM
  end

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
    if not is_tshark(words) then
      return false
    end
    for _, one in ipairs(options_of(words)) do
      local letter, value = one[1], one[2]
      local known = letter:find(PLAIN) or (letter:find(VALUED) and value and harmless(letter, value, own))
      if not known then
        return false
      end
    end
    return true
  end

  -- What these words of a tshark ask for: `packets` where a filter, a field or a tap may want SIP
  -- that is there only once ESP was opened, `taps` where statistics count it, `expert` where Expert
  -- Information is printed.
  function M.wants(words)
    local wants = { packets = false, taps = false, expert = false }
    for _, one in ipairs(is_tshark(words) and options_of(words) or {}) do
      local letter, value = one[1], one[2]
      if not (letter:find(PLAIN) or letter:find(VALUED) or letter:find(SETTING)) then
        wants.packets = true
      end
      if letter == "z" then
        wants.taps = true
        wants.expert = wants.expert or (value or ""):find("^expert") ~= nil
      end
    end
    return wants
  end

  -- Whether preferences, as the text of a file, fill a column with what we know.
  function M.fills_column(text)
    for line in text:gmatch("[^\r\n]+") do
      if line:find("^[^#]") and (line:find(COLUMN) or line:lower():find(INFO)) then
        return true
      end
    end
    return false
  end

  -- Whether an init.lua, as a text, may ask, or load what does.
  function M.may_load(text)
    for line in text:gmatch("[^\r\n]+") do
      local code = (line:find("^%s*%-%-[^%[]") and "" or line):gsub(CONSOLE, "")
      for _, word in ipairs(ASKING) do
        if code:find("%f[%w_]" .. word .. "%f[^%w_]") then
          return true
        end
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

  local function process_words()
    local text = text_of("/proc/self/cmdline")
    return text and words_of(text)
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
      if name == STARTS then
        found = found or M.may_load(text_of(path) or "")
      elseif name:lower():find("%.lua$") then
        found = found or path ~= own
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
    local own, words = this_file(), process_words()
    if not words or not M.lines_alone(words, own) then
      return false
    end
    for _, place in ipairs({ Dir.personal_config_path, Dir.global_config_path }) do
      if M.fills_column(text_of(place("preferences")) or "") or M.may_load(text_of(place(STARTS)) or "") then
        return false
      end
    end
    return not others(Dir.personal_plugins_path(), own, DEPTH)
      and not others(Dir.global_plugins_path(), own, DEPTH)
  end

  -- What this process asks for (`wants`); where the system does not tell its words, nothing.
  function M.here()
    return M.wants(process_words() or {})
  end

  return M
end
