-- Made from analyzer/agreement/beyond.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local Core = import("agreement.core").Core
  local FAR = import("limits").FAR
  local Forwards = import("agreement.apart").Forwards
  local Loose = import("agreement.items").Loose
  local M = {}

  -- Those that wait, and the registrations they tell of; `put` takes what stands alone.
  M.Beyond = py.class("Beyond")

  function M.Beyond.make(put)
    local self = setmetatable({}, M.Beyond)
    self._core = Core.make()
    self._forwards = Forwards.make()
    self._put = put
    return self
  end

  -- Those met here outside the runs on the access side.
  function M.Beyond.__get.registrations(self)
    return self._core.runs
  end

  -- A message, and the open run of its Call-ID.
  function M.Beyond:take(place, run, order)
    if run ~= nil and (place.leg == "mw" and run.far.n < FAR) then
      place.exchange = run
      py.append(run.far, place)
    elseif place.leg ~= "mw" or not self._forwards:keep(place, order) then
      self:_alone(place, order)
    end
  end

  -- A new run has what waited for it.
  function M.Beyond:begun(run)
    if self._forwards.waiting.size == 0 then
      return
    end
    run.far = self._forwards:of(run.call_id, run.begun)
    for _, place in py.each(run.far) do
      place.exchange = run
    end
  end

  -- Let go of those whose run does not begin any more, at this time (ns).
  function M.Beyond:advance(time)
    self:_let_go(self._forwards:due(time))
  end

  -- Let go of all.
  function M.Beyond:finish()
    self:_let_go(self._forwards:finish())
  end

  function M.Beyond:_let_go(places)
    for _, item1 in py.each(places) do
      local place, order = item1[1], item1[2]
      self:_alone(place, order)
    end
  end

  function M.Beyond:_alone(place, order)
    if place.leg == "mw" then
      self._core:take(place.message)
    end
    self._put(Loose.make(place), order)
  end
  py.done(M.Beyond)

  return M
end
