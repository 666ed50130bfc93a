-- Made from analyzer/agreement/core.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local CORE_RUNS = import("limits").CORE_RUNS
  local M = {}

  -- The REGISTER requests of one Call-ID on Mw, with their last final answer (0: none).
  M.CoreRegistration = py.struct("CoreRegistration", { "impu", "time", "first", "last", "code", "reason", "deregistration" })

  function M.CoreRegistration.make(impu, time, first, last, code, reason, deregistration)
    if code == nil then
      code = 0
    end
    if reason == nil then
      reason = ""
    end
    if deregistration == nil then
      deregistration = false
    end
    return setmetatable({
      impu = impu,
      time = time,
      first = first,
      last = last,
      code = code,
      reason = reason,
      deregistration = deregistration,
    }, M.CoreRegistration)
  end
  py.done(M.CoreRegistration)

  -- Those of a sweep, the first `limits.CORE_RUNS` of them.
  M.Core = py.class("Core")

  function M.Core.make()
    local self = setmetatable({}, M.Core)
    self._runs = py.dict()
    return self
  end

  -- A message beyond the first hop that belongs to no run on the access side.
  function M.Core:take(message)
    if message.cseq_method ~= "REGISTER" then
      return
    end
    local frame = { message.capture, message.frame, n = 2 }
    local run = self._runs:get(message.call_id)
    if run == nil then
      if self._runs.size >= CORE_RUNS then
        return
      end
      run = M.CoreRegistration.make(message.to_uri, message.time, frame, frame)
      self._runs:set(message.call_id, run)
    end
    run.last = frame
    if message.is_request then
      run.deregistration = message.expires == 0
    elseif message.code >= 200 then
      run.code, run.reason = message.code, message.reason
    end
  end

  -- All of them.
  function M.Core.__get.runs(self)
    return py.list(self._runs:values())
  end
  py.done(M.Core)

  -- Those of identities that no run on the access side was seen of, in the order of time; the
  function M.alone(runs, seen)
    local rising = py.slice(py.sorted(runs, function(run) return { run.time, run.first, n = 2 } end), nil, CORE_RUNS)
    local list1 = { n = 0 }
    for _, run in py.each(rising) do
      if not py.contains(seen, run.impu) then
        py.append(list1, run)
      end
    end
    return list1
  end

  return M
end
