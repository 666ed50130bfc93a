-- Made from analyzer/agreement/legs.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local ACCESSES = import("limits").ACCESSES
  local Access = import("agreement.access").Access
  local older = import("agreement.older")
  local M = {}

  M.MW_HEADERS = { "p-visited-network-id", "path", "p-charging-vector", n = 3 }

  -- What the registrations seen so far say about pairs of addresses.
  M.Legs = py.class("Legs")

  function M.Legs.make()
    local self = setmetatable({}, M.Legs)
    self._access = py.dict()
    self._core = py.set()
    self.dropped = 0
    self.number = -1
    self.cores = py.dict()
    return self
  end

  -- The Access between these two addresses, in either direction.
  function M.Legs:access(src, dst)
    return self._access:get({ src, dst, n = 2 })
  end

  -- The Access of this pair, new or known.
  function M.Legs:learn(ue, first_hop)
    local found = self._access:get({ ue, first_hop, n = 2 })
    if found ~= nil and (found.ue ~= ue and found.standings.size == 0) then
      found.ue, found.first_hop = ue, first_hop
    end
    if found == nil then
      found = Access.make(ue, first_hop)
      if self._access.size >= 2 * ACCESSES then
        self:_forget(self._access:first_value())
        self.dropped = self.dropped + 1
      end
      self._access:set({ ue, first_hop, n = 2 }, found)
      self._access:set({ first_hop, ue, n = 2 }, found)
    end
    return found
  end

  -- Let one go; a phone that registers again is met like a new one.
  function M.Legs:_forget(access)
    for _, ends in py.each({ { access.ue, access.first_hop, n = 2 }, { access.first_hop, access.ue, n = 2 }, n = 2 }) do
      self._access:pop(ends)
    end
  end

  -- Those that a run was seen of on the access side.
  function M.Legs:identities()
    local set1 = py.set()
    for _, access in self._access:pairs() do
      for name in access.standings:pairs() do
        set1:add(name)
      end
    end
    return set1
  end

  -- All that were learnt.
  function M.Legs.__get.accesses(self)
    local list1 = { n = 0 }
    for item1, one in self._access:pairs() do
      local ue = item1[1]
      if ue == one.ue then
        py.append(list1, one)
      end
    end
    return list1
  end

  -- What another share of the work learns now.
  function M.Legs:tell_core(src, dst)
    self:_add_core({ src, dst, n = 2 })
  end

  -- (leg, evidence) of one message; registrations teach the pairs.
  function M.Legs:leg(message)
    if message.is_request then
      return self:_request(message)
    end
    local request = message.request
    if request == nil then
      return self:_response(message, { message.src, message.dst, n = 2 })
    end
    local tuple1 = self:_request(request)
    local leg, reason = tuple1[1], tuple1[2]
    if leg == "unknown" and M._asks_for_agreement(message) then
      return { "gm", "asks for an agreement, one Via", n = 2 }
    end
    local value1 = reason
    if value1 ~= "" then
      value1 = "answers #" .. str.of(request.frame)
    end
    return { leg, value1, n = 2 }
  end

  function M.Legs:_request(message)
    if message.protection ~= "clear" then
      return { "gm", "inside the SA", n = 2 }
    end
    if message.method == "REGISTER" then
      local reason = M.core_evidence(message)
      if reason ~= "" then
        self:_learn_core({ message.src, message.dst, n = 2 })
        return { "mw", reason, n = 2 }
      end
      return { "gm", "REGISTER with one Via", n = 2 }
    end
    local pair = { message.src, message.dst, n = 2 }
    if self._access:has(pair) then
      return { "gm", "addresses of a registration", n = 2 }
    end
    if self._core:has(pair) or message.source ~= nil then
      return { "mw", "addresses of the core", n = 2 }
    end
    if message.via_count == 1 and (message:has("security-client") or (message:has("security-verify") or older.present(message))) then
      return { "gm", "Security-* with one Via", n = 2 }
    end
    if message.via_count > 1 and message:has("security-verify") then
      return { "mw", str.of(message.via_count) .. " Via", n = 2 }
    end
    return { "unknown", "", n = 2 }
  end

  function M.Legs:_response(message, pair)
    if self._access:has(pair) or message.protection ~= "clear" then
      return { "gm", "addresses of a registration", n = 2 }
    end
    if self._core:has(pair) then
      return { "mw", "addresses of the core", n = 2 }
    end
    if message.cseq_method == "REGISTER" and message.via_count == 1 then
      return { "gm", "response with one Via", n = 2 }
    end
    if message.via_count > 1 and message.cseq_method == "REGISTER" then
      self:_learn_core(pair)
      return { "mw", str.of(message.via_count) .. " Via", n = 2 }
    end
    return { "unknown", "", n = 2 }
  end

  function M.Legs:_learn_core(pair)
    self.cores:setdefault(py.min({ pair, { pair[2], pair[1], n = 2 }, n = 2 }), self.number)
    self:_add_core(pair)
  end

  function M.Legs:_add_core(pair)
    if self._core.size < 2 * ACCESSES then
      self._core:add(pair)
      self._core:add({ pair[2], pair[1], n = 2 })
    end
  end
  py.done(M.Legs)

  -- Only a first hop answers 421 or 494 with its list (RFC 3329 2.3.2).
  function M._asks_for_agreement(response)
    if not (response.code == 421 or response.code == 494) or response.via_count ~= 1 then
      return false
    end
    return response:has("security-server") or older.present(response)
  end

  -- What shows that this REGISTER has passed the first hop, "" if nothing does.
  function M.core_evidence(register)
    if register.via_count > 1 then
      return str.of(register.via_count) .. " Via"
    end
    if register.source ~= nil then
      return "forward of #" .. str.of(register.source.frame)
    end
    local index = register.index
    for _, name in py.each(M.MW_HEADERS) do
      if index:has(name) then
        return name .. " present"
      end
    end
    return ""
  end

  return M
end
