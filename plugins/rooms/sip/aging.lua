-- Made from analyzer/sip/aging.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  M.PARTS = 3

  -- Holds at most `size` entries; times and `life` are nanoseconds of capture time.
  M.Aging = py.class("Aging")

  function M.Aging.make(life, size, farewell, octets)
    local self = setmetatable({}, M.Aging)
    if octets == nil then
      octets = 4611686018427387904
    end
    self._part = -math.floor(-life / M.PARTS)
    self._most = math.max(1, math.floor(size / (M.PARTS + 1)))
    self._heaviest = math.floor(octets / (M.PARTS + 1))
    self._weight = 0
    self._farewell = farewell
    self._young = py.dict()
    local list1 = { n = 0 }
    for _ = 0, M.PARTS - 1 do
      py.append(list1, py.dict())
    end
    self._old = py.deque(list1, M.PARTS)
    self._born = 0
    self._largest = 0
    self.dropped = 0
    return self
  end

  -- The value, touched by this; None where there is none (any more).
  function M.Aging:get(key)
    local value = self._young:get(key)
    if value == nil then
      for _, old in py.each(self._old) do
        if old.size > 0 and old:has(key) then
          value = old:pop(key)
          self:put(key, value)
          break
        end
      end
    end
    return value
  end

  -- Set the value, `weight` octets large; at a bound the oldest are dropped.
  function M.Aging:put(key, value, weight)
    if weight == nil then
      weight = 0
    end
    if self._young.size >= self._most or self._weight > self._heaviest then
      self.dropped = self.dropped + py.at(self._old, -1).size
      self:_grow_old()
    end
    self._weight = self._weight + weight
    self._young:set(key, value)
  end

  -- Take the value out; None where there is none.
  function M.Aging:pop(key)
    local value1
    if self._young.size > 0 then
      value1 = self._young:pop(key)
    end
    local value = value1
    for _, old in py.each(self._old) do
      if old.size > 0 then
        local older = old:pop(key)
        local value2
        if value == nil then
          value2 = older
        else
          value2 = value
        end
        value = value2
      end
    end
    return value
  end

  -- All values, longest untouched first.
  function M.Aging:values()
    local list1 = { n = 0 }
    for _, old in py.each(py.reversed(self._old)) do
      for _, value in old:pairs() do
        py.append(list1, value)
      end
    end
    return py.concat(list1, py.concat(self._young:values()))
  end

  -- Let the time be `now`. After a jump back the young generation's life starts anew.
  function M.Aging:turn(now)
    local age = now - self._born
    if age > self._part then
      self:_grow_old()
    end
    if age > self._part or age < 0 then
      self._born = now
    end
  end

  -- Forget all.
  function M.Aging:clear()
    while self:__len__() ~= 0 do
      self:_grow_old()
    end
  end

  -- How full the fullest generation was, in entries, and the bound on that.
  function M.Aging.__get.reached(self)
    return { math.max(self._largest, self:_fill()), self._most, n = 2 }
  end

  function M.Aging:_fill()
    return math.max(self._young.size, math.floor(self._weight * self._most / math.max(1, self._heaviest)))
  end

  function M.Aging:_grow_old()
    self._largest = math.max(self._largest, self:_fill())
    if self._farewell ~= nil then
      self._farewell(py.at(self._old, -1):values())
    end
    self._old:appendleft(self._young)
    self._young = py.dict()
    self._weight = 0
  end

  function M.Aging:__len__()
    return self._young.size + py.sum(py.map(py.len, self._old))
  end
  py.done(M.Aging)

  return M
end
