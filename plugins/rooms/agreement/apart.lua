-- Made from analyzer/agreement/apart.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local Aging = import("sip.aging").Aging
  local CLOCKS_APART = import("limits").CLOCKS_APART
  local FAR = import("limits").FAR
  local LATER = import("limits").LATER
  local RESIDUAL = import("limits").RESIDUAL
  local STRAYS_KEPT = import("limits").STRAYS_KEPT
  local M = {}

  -- The first ESP packets of SPIs that nobody announced, by receiver and SPI.
  M.Unannounced = py.class("Unannounced")

  function M.Unannounced.make()
    local self = setmetatable({}, M.Unannounced)
    self._seen = Aging.make(CLOCKS_APART, STRAYS_KEPT)
    return self
  end

  -- One more of them.
  function M.Unannounced:keep(esp)
    local key = { esp.dst, esp.spi, n = 2 }
    local seen = self._seen:get(key)
    if seen == nil then
      self._seen:put(key, { esp, n = 1 })
    elseif seen.n < LATER then
      py.append(seen, esp)
    end
  end

  -- How near each bound came.
  function M.Unannounced.__get.bounds(self)
    return py.dict_of({ { "strays-kept", self._seen.reached, n = 2 }, n = 1 })
  end

  -- Let the time be `now` (ns).
  function M.Unannounced:turn(now)
    self._seen:turn(now)
  end

  -- Those of this SPI where they came so shortly before its announcement that the clocks are
  function M.Unannounced:announced(dst, spi, by)
    local seen = self._seen:pop({ dst, spi, n = 2 }) or { n = 0 }
    for _, esp in py.each(seen) do
      local window = esp.line == by.line and RESIDUAL or CLOCKS_APART
      if by.time - esp.time > window then
        return { n = 0 }
      end
    end
    for _, esp in py.each(seen) do
      esp.time = math.max(esp.time, by.time + 1)
    end
    return seen
  end
  py.done(M.Unannounced)

  -- Messages beyond the first hop whose run has not begun, `waiting` by their Call-ID.
  M.Forwards = py.class("Forwards")

  function M.Forwards.make()
    local self = setmetatable({}, M.Forwards)
    self.waiting = py.dict()
    return self
  end

  -- Whether it is kept; it has its place in the order with it.
  function M.Forwards:keep(place, order)
    local waiting = self.waiting:setdefault(place.message.call_id, { n = 0 })
    if waiting.n >= FAR then
      return false
    end
    py.append(waiting, { place, order, n = 2 })
    return true
  end

  -- Those of a run that began at `time`, set behind its start.
  function M.Forwards:of(call_id, time)
    local list1 = { n = 0 }
    for _, item1 in py.each(self.waiting:pop(call_id, { n = 0 })) do
      local place = item1[1]
      py.append(list1, place)
    end
    local found = list1
    for _, place in py.each(found) do
      place.message.time = math.max(place.message.time, time + 1)
    end
    return found
  end

  -- Those whose run does not begin any more, at this time.
  function M.Forwards:due(time)
    local given = { n = 0 }
    for _, item1 in py.each(py.list(self.waiting:items())) do
      local call_id, waiting = item1[1], item1[2]
      if waiting[1][1].message.time < time - RESIDUAL then
        self.waiting:delete(call_id)
        py.extend(given, waiting)
      end
    end
    return given
  end

  -- All that wait.
  function M.Forwards:finish()
    local given = { n = 0 }
    for _, waiting in self.waiting:pairs() do
      py.extend(given, waiting)
    end
    self.waiting:clear()
    return given
  end
  py.done(M.Forwards)

  return M
end
