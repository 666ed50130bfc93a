-- Made from analyzer/agreement/leaving.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local conclude = import("agreement.settlements").conclude
  local M = {}

  -- What was handed on since it was last taken, `items`, and agreements that cannot be yet.
  M.Leaving = py.class("Leaving")

  function M.Leaving.make()
    local self = setmetatable({}, M.Leaving)
    self.items = { n = 0 }
    self._held = py.dict()
    self._lines = py.dict()
    self._times = py.dict()
    return self
  end

  -- Hand on an item that stands here in the order of the sweep.
  function M.Leaving:put(item, order)
    item.order = order
    py.append(self.items, item)
  end

  -- A capture, one of a line of them, has come to this time (ns).
  function M.Leaving:advance(capture, line, time)
    self._lines:set(capture, line)
    self._times:set(line, time)
  end

  -- How far the line of a capture has come (ns).
  function M.Leaving:reached(capture)
    return self._times:get(self._lines:get(capture, capture), 0)
  end

  -- Hand on an agreement when the run that ended it is closed, and the one it came from:
  function M.Leaving:ended(agreement, by, running, order)
    for _, run in py.each({ by, agreement.exchange, n = 2 }) do
      if py.contains(running, run) then
        py.append(self._held:setdefault(run, { n = 0 }), agreement)
        return
      end
    end
    self:agreement(agreement, order)
  end

  -- Nothing waits for this run any more.
  function M.Leaving:closed(run, running, order)
    for _, agreement in py.each(self._held:pop(run, { n = 0 })) do
      self:ended(agreement, agreement.exchange, running, order)
    end
  end

  -- Hand on one that goes no further.
  function M.Leaving:agreement(agreement, order)
    agreement.seen_until = self:reached(agreement.capture)
    conclude(agreement)
    self:put(agreement, order)
  end
  py.done(M.Leaving)

  return M
end
