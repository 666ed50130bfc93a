-- Python's classes. A class is the metatable of its objects and holds their methods; `__get` holds
-- what is worked out at each access (property), `__facts` what is worked out once and kept.

return function()
  local M = {}

  local ABSENT = "__absent" -- the facts of an object that came out as None

  local function look_up(class)
    local get, facts = class.__get, class.__facts
    return function(self, name)
      local found = class[name]
      if found ~= nil then
        return found
      end
      local work_out = facts[name]
      if work_out then
        local absent = rawget(self, ABSENT)
        if absent and absent[name] then
          return nil
        end
        found = work_out(self)
        if found ~= nil then
          rawset(self, name, found)
        elseif absent then
          absent[name] = true
        else
          rawset(self, ABSENT, { [name] = true })
        end
        return found
      end
      work_out = get[name]
      if work_out then
        return work_out(self)
      end
      local otherwise = class.__getattr__
      return otherwise and otherwise(self, name)
    end
  end

  local OWN = { __index = true, __name = true, __get = true, __facts = true, __kinds = true, make = true }

  -- A class below others, whose members it has where it does not have its own.
  function M.class(name, ...)
    local class = { __name = name, __get = {}, __facts = {}, __kinds = {} }
    class.__kinds[class] = true
    for i = select("#", ...), 1, -1 do
      local base = select(i, ...)
      for member, value in pairs(base) do
        if not OWN[member] then
          class[member] = value
        end
      end
      for _, table_ in ipairs({ "__get", "__facts", "__kinds" }) do
        for member, value in pairs(base[table_]) do
          class[table_][member] = value
        end
      end
    end
    class.__index = look_up(class)
    return class
  end

  -- A class whose objects are told by their fields: equal where these are, in their order.
  function M.struct(name, fields, ...)
    local class = M.class(name, ...)
    fields.n = #fields
    class.__fields = fields
    return class
  end

  -- To be called when all members are there: without properties and facts the look-up is Lua's own.
  function M.done(class)
    if next(class.__get) == nil and next(class.__facts) == nil then
      class.__index = class
    end
    return class
  end

  function M.isinstance(value, class)
    local of = getmetatable(value)
    return type(value) == "table" and of ~= nil and (of == class or (of.__kinds ~= nil and of.__kinds[class] == true))
  end

  -- The same with other values in some fields, given as name, value, name, value ...
  function M.replace(value, ...)
    local class = getmetatable(value)
    local made = {}
    for _, field in ipairs(class.__fields) do
      made[field] = value[field]
    end
    for i = 1, select("#", ...), 2 do
      made[select(i, ...)] = (select(i + 1, ...))
    end
    return setmetatable(made, class)
  end

  -- A method as a function of its own.
  function M.bound(object, name)
    local method = object[name]
    return function(...)
      return method(object, ...)
    end
  end

  return M
end
