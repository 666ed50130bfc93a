-- Python's containers. A list or a tuple is a table 1..n that keeps its length in `n`, as it may
-- hold nil. Dict and Set keep the order of insertion; their keys may be whatever Python can hash:
-- tuples and structs stand for their values, all other objects for themselves.

return function()
  local concat, floor = table.concat, math.floor

  local M = {}

  -- ---- keys

  local NIL = {} -- stands for None where it is a key
  local LARGE = 100000000000000 -- from here on Lua 5.1 rounds what it writes

  local identities, identified = setmetatable({}, { __mode = "k" }), 0

  -- A number that no other object has.
  local function identity(object)
    if object == nil then
      return 0
    end
    local found = identities[object]
    if found == nil then
      identified = identified + 1
      found = identified
      identities[object] = found
    end
    return found
  end
  M.identity = identity

  -- Write a value to `out` behind place `top`; gives the last place it took.
  local function write(value, out, top)
    local kind = type(value)
    if kind == "string" then
      out[top + 1], out[top + 2], out[top + 3] = #value, ":", value
      return top + 3
    elseif kind == "number" then
      -- one spelling for a number, also where Lua tells 1 from 1.0 or writes 1e+15
      local whole = floor(value)
      if whole ~= value or whole >= LARGE or whole <= -LARGE then
        whole = ("%.17g"):format(value)
      end
      out[top + 1], out[top + 2] = whole, ";"
      return top + 2
    elseif kind ~= "table" then
      out[top + 1] = kind == "nil" and "-" or (value and "t" or "f")
      return top + 1
    end
    local class = getmetatable(value)
    if class == nil and value.n ~= nil then
      out[top + 1] = "("
      top = top + 1
      for i = 1, value.n do
        top = write(value[i], out, top)
      end
      out[top + 1] = ")"
    elseif class ~= nil and class.__fields then
      out[top + 1] = "{" .. class.__name
      top = top + 1
      local fields = class.__fields
      for i = 1, fields.n do
        top = write(value[fields[i]], out, top)
      end
      out[top + 1] = "}"
    elseif class ~= nil and class.__frozen then
      out[top + 1] = class.__frozen(value)
    else
      out[top + 1] = "@" .. identity(value) .. ";"
    end
    return top + 1
  end

  local written = {} -- used again and again
  local latest = setmetatable({}, { __mode = "v" })
  local latest_key -- that of `latest[1]`, which is asked for several times in a row as a rule

  -- What a value is known by: itself, or a text where equal ones are not the same table.
  local function key(value)
    if value == nil then
      return NIL
    end
    if type(value) == "table" then
      local class = getmetatable(value)
      if class == nil and value.n == nil then
        return value -- a class itself
      elseif class == nil or class.__fields then
        if latest[1] ~= value then
          latest_key = concat(written, "", 1, write(value, written, 0))
          latest[1] = value
        end
        return latest_key
      elseif class.__frozen then
        return class.__frozen(value)
      end
    end
    return value
  end
  M.key = key

  -- ---- what both have: entries in order, with gaps where some were taken out

  local function init(self)
    self.at_ = {} -- key to place
    self.keys_ = {}
    self.first_ = 1
    self.last_ = 0
    self.size = 0
    return self
  end

  local function place(self, value)
    if type(value) == "table" or value == nil then
      value = key(value)
    end
    return self.at_[value]
  end

  local function close_gaps(self)
    local keys, values, held, at = self.keys_, self.values_, self.held_, self.at_
    local new_keys, new_values, new_held, to = {}, {}, {}, 0
    for from = self.first_, self.last_ do
      local known = keys[from]
      if known ~= nil then
        to = to + 1
        new_keys[to], new_held[to], at[known] = known, held[from], to
        if values then
          new_values[to] = values[from]
        end
      end
    end
    self.keys_, self.held_, self.first_, self.last_ = new_keys, new_held, 1, to
    if values then
      self.values_ = new_values
    end
  end

  local function enter(self, value)
    local known = value
    if type(value) == "table" or value == nil then
      known = key(value)
    end
    local last = self.last_ + 1
    if last - self.first_ > 2 * self.size + 16 then
      close_gaps(self)
      last = self.last_ + 1
    end
    self.keys_[last], self.held_[last], self.at_[known] = known, value, last
    self.last_ = last
    self.size = self.size + 1
    return last
  end

  local function leave(self, from)
    local known = self.keys_[from]
    self.at_[known], self.keys_[from], self.held_[from] = nil, nil, nil
    if self.values_ then
      self.values_[from] = nil
    end
    self.size = self.size - 1
    if self.size == 0 then
      self.first_, self.last_ = 1, 0
    elseif from == self.first_ then
      repeat
        from = from + 1
      until self.keys_[from] ~= nil
      self.first_ = from
    end
  end

  local function following(self, from)
    local keys = self.keys_
    for to = from + 1, self.last_ do
      if keys[to] ~= nil then
        return to
      end
    end
    return nil
  end

  -- ---- dict

  local Dict = { __name = "Dict" }
  Dict.__index = Dict
  M.Dict = Dict

  function M.dict()
    local self = setmetatable(init({}), Dict)
    self.held_, self.values_ = {}, {}
    return self
  end

  -- A dict of pairs {key, value}.
  function M.dict_of(given)
    if getmetatable(given) == Dict then
      return given:copy()
    end
    local self = M.dict()
    for _, pair in M.each(given) do
      self:set(pair[1], pair[2])
    end
    return self
  end

  function Dict:get(wanted, default)
    local found = place(self, wanted)
    if found == nil then
      return default
    end
    return self.values_[found]
  end

  function Dict:has(wanted)
    return place(self, wanted) ~= nil
  end

  function Dict:set(wanted, value)
    local found = place(self, wanted) or enter(self, wanted)
    self.values_[found] = value
  end

  function Dict:setdefault(wanted, value)
    local found = place(self, wanted)
    if found == nil then
      self:set(wanted, value)
      return value
    end
    return self.values_[found]
  end

  function Dict:pop(wanted, default)
    local found = place(self, wanted)
    if found == nil then
      return default
    end
    local value = self.values_[found]
    leave(self, found)
    return value
  end

  Dict.delete = Dict.pop

  -- The last pair, or with `last` false the first one.
  function Dict:popitem(last)
    local found = self.first_
    if last ~= false then
      found = self.last_
      while self.keys_[found] == nil do
        found = found - 1
      end
    end
    local pair = { self.held_[found], self.values_[found], n = 2 }
    leave(self, found)
    return pair
  end

  function Dict:clear()
    init(self)
    self.held_, self.values_ = {}, {}
  end

  function Dict:update(other)
    for wanted, value in other:pairs() do
      self:set(wanted, value)
    end
  end

  function Dict:copy()
    local made = M.dict()
    made:update(self)
    return made
  end

  function Dict:union(other)
    local made = self:copy()
    made:update(other)
    return made
  end

  -- for key, value in dict:pairs() do
  function Dict:pairs()
    local from = self.first_ - 1
    return function()
      from = following(self, from)
      if from ~= nil then
        return self.held_[from], self.values_[from]
      end
      from = self.last_
      return nil
    end
  end

  function Dict:keys()
    local out, n = {}, 0
    for from = self.first_, self.last_ do
      if self.keys_[from] ~= nil then
        n = n + 1
        out[n] = self.held_[from]
      end
    end
    out.n = n
    return out
  end

  function Dict:values()
    local out, n = {}, 0
    for from = self.first_, self.last_ do
      if self.keys_[from] ~= nil then
        n = n + 1
        out[n] = self.values_[from]
      end
    end
    out.n = n
    return out
  end

  function Dict:items()
    local out, n = {}, 0
    for from = self.first_, self.last_ do
      if self.keys_[from] ~= nil then
        n = n + 1
        out[n] = { self.held_[from], self.values_[from], n = 2 }
      end
    end
    out.n = n
    return out
  end

  -- The oldest key and value, without a list of all.
  function Dict:first_key()
    return self.held_[self.first_]
  end

  function Dict:first_value()
    return self.values_[self.first_]
  end

  -- How often each value stands in a list (collections.Counter).
  function M.counter(values)
    local self = M.dict()
    for _, value in M.each(values or { n = 0 }) do
      self:set(value, self:get(value, 0) + 1)
    end
    return self
  end

  -- Whether one counter is part of another, and not the same.
  function M.counts_less(one, other)
    for value, count in one:pairs() do
      if count > other:get(value, 0) then
        return false
      end
    end
    for value, count in other:pairs() do
      if count > one:get(value, 0) then
        return true
      end
    end
    return false
  end

  -- ---- set

  local Set = { __name = "Set" }
  Set.__index = Set
  M.Set = Set

  function M.set(values)
    local self = setmetatable(init({}), Set)
    self.held_ = {}
    if values ~= nil then
      self:update(values)
    end
    return self
  end

  function Set:has(value)
    return place(self, value) ~= nil
  end

  function Set:add(value)
    if place(self, value) == nil then
      enter(self, value)
    end
  end

  function Set:discard(value)
    local found = place(self, value)
    if found ~= nil then
      leave(self, found)
    end
  end

  function Set:clear()
    init(self)
    self.held_ = {}
  end

  function Set:update(values)
    for _, value in M.each(values) do
      self:add(value)
    end
  end

  Set.values = Dict.keys

  function Set:first_key()
    return self.held_[self.first_]
  end

  function Set:union(...)
    local made = M.set(self)
    for i = 1, select("#", ...) do
      made:update((select(i, ...)))
    end
    return made
  end

  function Set:difference(other)
    local made = M.set()
    local wanted = getmetatable(other) and other or M.set(other)
    for _, value in M.each(self) do
      if not wanted:has(value) then
        made:add(value)
      end
    end
    return made
  end

  function Set:intersection(other)
    local made = M.set()
    local wanted = getmetatable(other) and other or M.set(other)
    for _, value in M.each(self) do
      if wanted:has(value) then
        made:add(value)
      end
    end
    return made
  end

  function Set:isdisjoint(other)
    return self:intersection(other).size == 0
  end

  function Set:issubset(other)
    return self:difference(other).size == 0
  end

  function Set:issuperset(other)
    for _, value in M.each(other) do
      if not self:has(value) then
        return false
      end
    end
    return true
  end

  -- The text that an equal set has as a key, whatever the order of its entries.
  function Set.__frozen(self)
    local texts = {}
    for i, value in M.each(self) do
      texts[i] = concat({ type(value), ":", tostring(key(value)) })
    end
    table.sort(texts)
    return "<" .. concat(texts, "\0") .. ">"
  end

  -- ---- deque

  local Deque = { __name = "Deque" }
  Deque.__index = Deque
  M.Deque = Deque

  function M.deque(values, most)
    local self = setmetatable({ most_ = most, first_ = 1, last_ = 0 }, Deque)
    for _, value in M.each(values or { n = 0 }) do
      self:append(value)
    end
    return self
  end

  function Deque:append(value)
    self.last_ = self.last_ + 1
    self[self.last_] = value
    if self.most_ and self.last_ - self.first_ >= self.most_ then
      self:popleft()
    end
  end

  function Deque:appendleft(value)
    self.first_ = self.first_ - 1
    self[self.first_] = value
    if self.most_ and self.last_ - self.first_ >= self.most_ then
      self:pop()
    end
  end

  function Deque:popleft()
    local value = self[self.first_]
    self[self.first_] = nil
    self.first_ = self.first_ + 1
    return value
  end

  function Deque:pop()
    local value = self[self.last_]
    self[self.last_] = nil
    self.last_ = self.last_ - 1
    return value
  end

  function Deque:clear()
    while self.last_ >= self.first_ do
      self:pop()
    end
  end

  function Deque:values()
    local out, n = {}, 0
    for i = self.first_, self.last_ do
      n = n + 1
      out[n] = self[i]
    end
    out.n = n
    return out
  end

  -- The element at an index from 0, or from the end where that is negative.
  function Deque:at(index)
    if index < 0 then
      return self[self.last_ + 1 + index]
    end
    return self[self.first_ + index]
  end

  function Deque:len()
    return self.last_ - self.first_ + 1
  end

  -- ---- going through

  local function step(list, i)
    i = i + 1
    if i <= list.n then
      return i, list[i]
    end
    return nil
  end

  -- The values of anything that can be gone through, as a list (not a copy where it is one).
  function M.values(any)
    local class = getmetatable(any)
    if class == nil then
      return any
    elseif class == Dict then
      return any:keys()
    elseif class == Set or class == Deque then
      return any:values()
    end
    return M.values(any:__iter__())
  end

  -- for i, value in each(list) do: `i` counts from 1
  function M.each(any)
    if getmetatable(any) ~= nil then
      any = M.values(any)
    end
    return step, any, 0
  end

  local function step_from_zero(list, i)
    i = i + 1
    if i < list.n then
      return i, list[i + 1]
    end
    return nil
  end

  -- The same, counted from 0.
  function M.each_from_zero(any)
    return step_from_zero, M.values(any), -1
  end

  function M.len(any)
    if type(any) == "string" then
      return #any
    end
    local class = getmetatable(any)
    if class == nil then
      return any.n
    elseif class == Dict or class == Set then
      return any.size
    elseif class == Deque then
      return any:len()
    end
    return any:__len__()
  end

  return M
end
