-- Made from analyzer/rules/subjects/connection.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local ALERTS = import("flows.tls").ALERTS
  local Connection = import("agreement.evidence").Connection
  local carries = import("agreement.attempt").carries
  local version_name = import("flows.tls").version_name
  local M = {}

  M.SIPS = 5061

  M._FAILED = py.set({ "failed", "refused", "reset", n = 3 })

  M._NULL = {
    0, 1, 2, 44, 45, 46, 59, 176, 177, 180, 181, 184, 185, 49153, 49158, 49163, 49168,
    49173, 49209, 49210, 49211, 49332, 49333,
    n = 23,
  }

  M._ANONYMOUS = {
    24, 26, 27, 52, 58, 70, 108, 109, 137, 155, 166, 167, 191, 197, 49174, 49175, 49176,
    49177, 49222, 49223, 49242, 49243, 49284, 49285,
    n = 24,
  }

  M._EXPORT = { 3, 6, 8, 11, 14, 17, 20, 23, 25, 38, 39, 40, 41, 42, 43, n = 15 }

  M.WEAKNESS = py.dict_of({
    { 0, "null", n = 2 }, { 1, "null", n = 2 }, { 2, "null", n = 2 },
    { 44, "null", n = 2 }, { 45, "null", n = 2 }, { 46, "null", n = 2 },
    { 59, "null", n = 2 }, { 176, "null", n = 2 }, { 177, "null", n = 2 },
    { 180, "null", n = 2 }, { 181, "null", n = 2 }, { 184, "null", n = 2 },
    { 185, "null", n = 2 }, { 49153, "null", n = 2 }, { 49158, "null", n = 2 },
    { 49163, "null", n = 2 }, { 49168, "null", n = 2 }, { 49173, "null", n = 2 },
    { 49209, "null", n = 2 }, { 49210, "null", n = 2 }, { 49211, "null", n = 2 },
    { 49332, "null", n = 2 }, { 49333, "null", n = 2 }, { 24, "anonymous", n = 2 },
    { 26, "anonymous", n = 2 }, { 27, "anonymous", n = 2 }, { 52, "anonymous", n = 2 },
    { 58, "anonymous", n = 2 }, { 70, "anonymous", n = 2 }, { 108, "anonymous", n = 2 },
    { 109, "anonymous", n = 2 }, { 137, "anonymous", n = 2 }, { 155, "anonymous", n = 2 },
    { 166, "anonymous", n = 2 }, { 167, "anonymous", n = 2 }, { 191, "anonymous", n = 2 },
    { 197, "anonymous", n = 2 }, { 49174, "anonymous", n = 2 },
    { 49175, "anonymous", n = 2 }, { 49176, "anonymous", n = 2 },
    { 49177, "anonymous", n = 2 }, { 49222, "anonymous", n = 2 },
    { 49223, "anonymous", n = 2 }, { 49242, "anonymous", n = 2 },
    { 49243, "anonymous", n = 2 }, { 49284, "anonymous", n = 2 },
    { 49285, "anonymous", n = 2 }, { 3, "export", n = 2 }, { 6, "export", n = 2 },
    { 8, "export", n = 2 }, { 11, "export", n = 2 }, { 14, "export", n = 2 },
    { 17, "export", n = 2 }, { 20, "export", n = 2 }, { 23, "export", n = 2 },
    { 25, "export", n = 2 }, { 38, "export", n = 2 }, { 39, "export", n = 2 },
    { 40, "export", n = 2 }, { 41, "export", n = 2 }, { 42, "export", n = 2 },
    { 43, "export", n = 2 },
    n = 62,
  })

  -- One connection of a run, as of when the run closed.
  M.ConnectionFacts = py.class("ConnectionFacts")

  function M.ConnectionFacts.make(connection, until_)
    local self = setmetatable({}, M.ConnectionFacts)
    self.connection = connection
    self.link = connection:link(until_)
    local alert = connection.alert_frame
    self.frames = alert == nil and { connection.frame, n = 1 } or { connection.frame, alert, n = 2 }
    return self
  end

  function M.ConnectionFacts.__facts.version(self)
    local answer = self.connection.answer
    local value1
    if answer == nil then
      value1 = nil
    else
      value1 = answer.version
    end
    return value1
  end

  function M.ConnectionFacts.__facts.version_name(self)
    local value1
    if self.version == nil then
      value1 = nil
    else
      value1 = version_name(self.version)
    end
    return value1
  end

  function M.ConnectionFacts.__facts.offered(self)
    local hello = self.connection.hello
    local value1
    if hello == nil then
      value1 = nil
    else
      value1 = hello.version
    end
    return value1
  end

  function M.ConnectionFacts.__facts.suite(self)
    local answer = self.connection.answer
    local value1
    if answer == nil or answer.cipher < 0 then
      value1 = nil
    else
      value1 = "0x" .. str.format(answer.cipher, "04x")
    end
    return value1
  end

  function M.ConnectionFacts.__facts.weakness(self)
    local answer = self.connection.answer
    local value1
    if answer == nil then
      value1 = nil
    else
      value1 = M.WEAKNESS:get(answer.cipher)
    end
    return value1
  end

  function M.ConnectionFacts.__facts.failed(self)
    return M._FAILED:has(self.link)
  end

  function M.ConnectionFacts.__facts.reason(self)
    if not self.failed then
      return nil
    end
    local alert = self.connection.alert
    if alert ~= nil and alert.fatal then
      return ALERTS:get(alert.alert, "alert " .. str.of(alert.alert))
    end
    if self.connection.reset ~= nil then
      return self.link == "refused" and "refused" or "reset"
    end
    return "closed"
  end
  py.done(M.ConnectionFacts)

  -- The connection of the client with TLS after the last challenge: the one that carried messages
  function M.tls_of(exchange)
    local challenge, verify = exchange:last("challenge"), exchange:last("verify")
    if challenge == nil then
      return nil
    end
    local list1 = { n = 0 }
    for _, one in py.each(exchange.evidence) do
      if py.isinstance(one, Connection) and (one.src == exchange.access.ue and (one.time >= challenge.time and (one.hello ~= nil or one.dport == M.SIPS))) then
        py.append(list1, one)
      end
    end
    local tried = list1
    local list2 = { n = 0 }
    for _, one in py.each(tried) do
      if carries(exchange, one) then
        py.append(list2, one)
      end
    end
    local carrier = M._first(list2)
    if carrier == nil and verify ~= nil then
      local list3 = { n = 0 }
      for _, one in py.each(tried) do
        if one.time <= verify.time then
          py.append(list3, one)
        end
      end
      tried = list3
    end
    local best = carrier or (tried.n > 0 and py.max(tried, nil, function(one) return one.time end) or nil)
    local value1
    if best == nil then
      value1 = nil
    else
      value1 = M.ConnectionFacts.make(best, exchange.end_time)
    end
    return value1
  end

  function M._first(found)
    return py.first(found)
  end

  return M
end
