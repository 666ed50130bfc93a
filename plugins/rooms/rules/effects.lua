-- Made from analyzer/rules/effects.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local SEVERITIES = import("rules.rule").SEVERITIES
  local M = {}

  M.BEFORE = py.dict_of({
    { "challenge", "offer", n = 2 }, { "verify", "challenge", n = 2 },
    { "result", "verify", n = 2 },
    n = 3,
  })

  -- How an exchange ended: it got its 2xx (None: the capture cannot tell), else where it stopped.
  M.Ending = py.struct("Ending", { "reached", "stopped_at" })

  function M.Ending.make(reached, stopped_at)
    return setmetatable({ reached = reached, stopped_at = stopped_at }, M.Ending)
  end
  py.done(M.Ending)

  M.UNKNOWN = M.Ending.make()

  -- Whether a finding that is not loud has an effect.
  function M.matters(rule, severity, role, ending)
    return M._effect_of(rule, severity, role, ending) ~= "none"
  end

  -- Effect of a finding of `rule` at `role` in an exchange that ended so.
  function M.effect_of(rule, severity, role, loud, ending)
    local effect = M._effect_of(rule, severity, role, ending)
    return loud and effect == "none" and "risk" or effect
  end

  function M._effect_of(rule, severity, role, ending)
    if ending.reached then
      return rule.class_ == "security" and "risk" or "none"
    end
    local explains = ending.reached == false and M._is_where_it_stopped(role, ending)
    if rule.class_ == "security" then
      return explains and "explains-outcome" or "risk"
    elseif rule.class_ == "failure" then
      return "explains-outcome"
    elseif rule.class_ == "conformance" and (explains and M._grave(severity)) then
      return "explains-outcome"
    else
      return "none"
    end
  end

  function M._is_where_it_stopped(role, ending)
    local stopped = ending.stopped_at
    return role ~= nil and (stopped ~= nil and (role == stopped or role == M.BEFORE:get(stopped)))
  end

  function M._grave(severity)
    return py.index(SEVERITIES, severity) <= py.index(SEVERITIES, "error")
  end

  return M
end
