-- Made from analyzer/agreement/access.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local OLDER_LISTS = import("limits").OLDER_LISTS
  local STRAYS = import("limits").STRAYS
  local read_again = import("agreement.older").read_again
  local M = {}

  -- What stays of a registered identity after its exchange closed.
  M.Standing = py.class("Standing")

  function M.Standing.make()
    local self = setmetatable({}, M.Standing)
    self.applied = nil
    self.earlier = { n = 0 }
    self.spoken = ""
    self.association = nil
    self.past = nil
    self.run = nil
    self.agreement = 0
    self.challenged = { n = 0 }
    self.tls_port = -1
    return self
  end

  -- The list in force.
  function M.Standing.__get.applies(self)
    local value1
    if self.applied == nil then
      value1 = nil
    else
      value1 = read_again(self.applied, self.spoken)
    end
    return value1
  end

  -- The list in force and those before it, newest first.
  function M.Standing.__get.lists(self)
    if self.applied == nil then
      return { n = 0 }
    end
    local list1 = { n = 0 }
    for _, rows in py.each(py.concat({ self.applied, n = 1 }, self.earlier)) do
      py.append(list1, read_again(rows, self.spoken))
    end
    return py.list(list1)
  end

  -- A successful authentication puts another list in force.
  function M.Standing:apply(listed)
    if not py.equal(listed.rows, self.applied) then
      local before = self.applied == nil and { n = 0 } or { self.applied, n = 1 }
      local same = listed.dialect == self.spoken
      self.earlier = same and py.slice(py.concat(before, self.earlier), nil, OLDER_LISTS) or { n = 0 }
      self.applied, self.spoken = listed.rows, listed.dialect
    end
  end

  -- De-registered: nothing is in force any more.
  function M.Standing:end_()
    self.association = nil
    self.agreement = 0
    self.applied = nil
    self.earlier = { n = 0 }
    self.tls_port = -1
  end
  py.done(M.Standing)

  -- Everything that one UE address and one first hop have in common.
  M.Access = py.class("Access")

  function M.Access.make(ue, first_hop)
    local self = setmetatable({}, M.Access)
    self.ue = ue
    self.first_hop = first_hop
    self.standings = py.dict()
    self.associations = { n = 0 }
    self.strays = py.dict()
    self.sealed = false
    self.cut = false
    self.demands = false
    self.spoken = ""
    self.esp_interfaces = py.set()
    return self
  end

  -- What is known of this identity here, new or old.
  function M.Access:standing(identity)
    local found = self.standings:get(identity)
    if found == nil then
      local value1 = M.Standing.make()
      found = value1
      self.standings:set(identity, value1)
    end
    return found
  end

  -- The standing of the subscriber that a message here is from or to.
  function M.Access:standing_of(message)
    local standings = self.standings
    if standings.size == 1 then
      return standings:first_value()
    end
    if standings.size == 0 then
      return nil
    end
    return standings:get(message.to_uri) or standings:get(message.from_uri)
  end

  -- ESP between the two was captured there.
  function M.Access:esp_seen(line, interface)
    if not self.esp_interfaces:has({ line, interface, n = 2 }) then
      self.esp_interfaces = self.esp_interfaces:union(py.set({ { line, interface, n = 2 }, n = 1 }))
    end
  end

  -- Keep an unannounced flow; None when there are too many.
  function M.Access:stray(flow)
    if self.strays.size >= STRAYS then
      return nil
    end
    self.strays:set({ flow.dst, flow.spi, n = 2 }, flow)
    return flow
  end

  -- Whether a set between the two has this SPI.
  function M.Access:announced(spi)
    local any1 = false
    for _, one in py.each(self.associations) do
      if one:spis():has(spi) then
        any1 = true
        break
      end
    end
    return any1
  end

  -- Something came back to the client: nothing sent before it is unanswered.
  function M.Access:returned()
    for _, association in py.each(self.associations) do
      for _, flow in association.flows:pairs() do
        if flow.unanswered ~= 0 then
          flow:answered()
        end
      end
    end
    for _, flow in self.strays:pairs() do
      if flow.unanswered ~= 0 then
        flow:answered()
      end
    end
  end
  py.done(M.Access)

  return M
end
