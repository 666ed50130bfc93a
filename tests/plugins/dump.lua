-- A value as text, as `translated.dump` writes Python's.
local import, shown, private, derived = ...
local py, model = import("runtime.python"), import("report.model")

local KEYWORDS = { end_ = "end", until_ = "until" }

local function quoted(text)
  return '"' .. text:gsub('[%c"\\\127-\255]', function(one)
    return ("\\%03d"):format(one:byte())
  end) .. '"'
end

local dump

local function scalar(value)
  local kind = type(value)
  if kind == "string" then
    return quoted(value)
  elseif kind == "number" then
    return ("%.0f"):format(value)
  end
  return tostring(value)
end

local write

local function members(value, names, put, inner, met)
  for _, name in ipairs(names) do
    local one = value[name]
    if one ~= nil then
      put("\n" .. inner .. (KEYWORDS[name] or name) .. " = ")
      write(one, put, inner, met)
    end
  end
end

local function compared(class)
  local hidden = {}
  for _, name in ipairs(private[class.__name] or {}) do
    hidden[name] = true
  end
  local names = {}
  for _, name in ipairs(class.__fields) do
    if not hidden[name] then
      names[#names + 1] = name
    end
  end
  for _, name in ipairs(derived[class.__name] or {}) do
    names[#names + 1] = name
  end
  return names
end

function write(value, put, indent, met)
  if type(value) ~= "table" then
    put(scalar(value))
    return
  end
  local inner = indent .. " "
  local class = getmetatable(value)
  if class == py.Set then
    local texts = {}
    for i, one in py.each(value) do
      texts[i] = dump(one)
    end
    table.sort(texts)
    put("set(" .. table.concat(texts, ", ") .. ")")
  elseif class == py.Dict then
    put("{")
    for key, one in value:pairs() do
      put("\n" .. inner .. dump(key) .. ": ")
      write(one, put, inner, met)
    end
    put("}")
  elseif class and shown[class.__name] and class ~= model.Exchange then
    local known = met[value]
    if known == nil then
      met.count = met.count + 1
      known = class.__name .. " #" .. met.count
      met[value] = known
      put(known)
      members(value, shown[class.__name], put, inner, met)
    else
      put("<" .. known .. ">")
    end
  elseif class and class.__fields then
    put(class.__name)
    members(value, compared(class), put, inner, met)
  elseif class == nil or class == py.Deque then
    put("[")
    for _, one in py.each(value) do
      put("\n" .. inner)
      write(one, put, inner, met)
    end
    put("]")
  else
    put("<" .. class.__name .. ">")
  end
end

function dump(value)
  local out = {}
  write(value, function(text)
    out[#out + 1] = text
  end, "", { count = 0 })
  return table.concat(out)
end

return dump
