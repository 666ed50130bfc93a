-- Made from analyzer/rules/subjects/wire.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local AssociationFacts = import("rules.subjects.association").AssociationFacts
  local above_tls = import("agreement.place").above_tls
  local address_text = import("agreement.naming").address_text
  local parse_address = import("sip.fields").parse_address
  local uri_host_port = import("sip.fields").uri_host_port
  local M = {}

  M.SIP_PORT = 5060

  M.NOTHING_LEFT = py.set({ "0", n = 1 })

  -- The part of `MessageFacts` that is about packets and addresses.
  M.WireFacts = py.class("WireFacts")

  function M.WireFacts.__get.source_port(self)
    return self.message.sport
  end

  function M.WireFacts.__get.destination_port(self)
    return self.message.dport
  end

  function M.WireFacts.__facts.travelled_on(self)
    local on = self.place.on
    local value1
    if on == nil then
      value1 = nil
    else
      value1 = AssociationFacts.make(on, self.place.life)
    end
    return value1
  end

  function M.WireFacts.__get.sa(self)
    local value1 = self.place.sa
    if value1 == "" then
      value1 = nil
    end
    return value1
  end

  function M.WireFacts.__get.set_alive(self)
    local association = self.place.in_force
    return association ~= nil and self.message.time < association.until_
  end

  function M.WireFacts.__facts.new_call_id(self)
    local association = self.place.in_force
    if association == nil or association.call_id == "" then
      return nil
    end
    return association.call_id ~= self.message.call_id
  end

  function M.WireFacts.__facts.strange_set(self)
    local mine = self.place.on
    local asked = self.cast:of(self.message.request, self.place)
    local value1
    if asked == nil or self.message.is_request then
      value1 = nil
    else
      value1 = asked.place.on
    end
    local theirs = value1
    if mine == nil or (theirs == nil or mine == theirs) then
      return nil
    end
    local tuple1 = theirs.older == mine and { mine, theirs, n = 2 } or { theirs, mine, n = 2 }
    local older, newer = tuple1[1], tuple1[2]
    local overlap = newer.older == older and older.established_time ~= nil
    if overlap and older.state ~= "dead" then
      return nil
    end
    return mine.established_time == nil and "abandoned" or "other"
  end

  function M.WireFacts.__facts.behind_nat(self)
    local host
    if not pcall(function()
      local value1 = str.rpartition(self.message.sent_by, ":")[1]
      if value1 == "" then
        value1 = self.message.sent_by
      end
      host = str.ip_address(value1)
    end) then
      return false
    end
    return #host.packed == #self.message.src and host.packed ~= self.message.src
  end

  function M.WireFacts.__facts.in_dialog(self)
    return self.message.to_tag ~= ""
  end

  function M.WireFacts.__facts.route_port(self)
    return self:_port_of("route", self.message.dst)
  end

  function M.WireFacts.__facts.record_route_port(self)
    return self:_port_of("record-route", self.message.src)
  end

  function M.WireFacts.__facts.hop_via_port(self)
    local value1 = str.rpartition(self.message.sent_by, ":")[1]
    if value1 == "" then
      value1 = self.message.sent_by
    end
    local host = value1
    local value2
    if str.strip(host, "[]") == address_text(self.message.src) then
      value2 = self.via_port
    end
    return value2
  end

  -- Port in the first value of a header of routes, where it names this address.
  function M.WireFacts:_port_of(header, address)
    local value = self.message:value(header)
    if value == nil then
      return nil
    end
    local tuple1 = uri_host_port(parse_address(value)[1])
    local host, port = tuple1[1], tuple1[2]
    return host == address_text(address) and (port ~= 0 and port or M.SIP_PORT) or nil
  end

  function M.WireFacts.__facts.again_after_ms(self)
    local first = self.message.original
    if first == nil or first.original ~= nil then
      return nil
    end
    return math.floor((self.message.time - first.time) / 1000000)
  end

  function M.WireFacts.__facts.due_on(self)
    local exchange = self.place.exchange
    if self.place.on ~= nil or (exchange == nil or self.place.role ~= "verify") then
      return self.travelled_on
    end
    local announced = exchange.association
    local value1
    if announced == nil then
      value1 = nil
    else
      value1 = AssociationFacts.make(announced)
    end
    return value1
  end

  function M.WireFacts.__get.reuses(self)
    local found = self.place.reuses
    local value1
    if found == nil then
      value1 = nil
    else
      value1 = AssociationFacts.make(found)
    end
    return value1
  end

  function M.WireFacts.__facts.via_port(self)
    return M.via_port(self.message)
  end

  function M.WireFacts.__facts.contact_port(self)
    return M.contact_port(self.message)
  end

  function M.WireFacts.__get.above_tls(self)
    return self.place.protection == "clear" and above_tls(self.message)
  end

  function M.WireFacts.__facts.registered_in_tls(self)
    return self.place.tls_port >= 0
  end

  function M.WireFacts.__facts.other_tls_connection(self)
    local place, message = self.place, self.message
    if place.tls_port < 0 or not (place.protection == "tls" or self.above_tls) then
      return false
    end
    local port = place.from_client and message.sport or message.dport
    return port ~= place.tls_port
  end

  function M.WireFacts.__facts.leftover(self)
    local message = self.message
    if message:has("require") and self.require:issubset(M.NOTHING_LEFT) then
      return "Require"
    end
    if message:has("proxy-require") and self.proxy_require:issubset(M.NOTHING_LEFT) then
      return "Proxy-Require"
    end
    return nil
  end

  function M.WireFacts.__facts.has_challenge(self)
    return self.message:has("www-authenticate") or self.message:has("proxy-authenticate")
  end

  function M.WireFacts.make()
    return setmetatable({}, M.WireFacts)
  end
  py.done(M.WireFacts)

  M._USUAL_CONTACT = regex.compile({groups = 2, names = {}, match = {"span", "^[^:]*", 0, 0, "char", 58, 0, 0, "span", "^[\009 ]*", 0, 0, "text", "<sip:", 5, 0, "split", 21, 29, 0, "span", "^[!'%(%)%*%+%-%.0-9A-Z_a-z~]*", 1, 0, "char", 64, 0, 0, "save", 2, 0, 0, "span", "^[%.0-9]*", 1, 0, "save", 3, 1, 0, "split", 45, 65, 0, "char", 58, 0, 0, "save", 4, 0, 0, "set", "[1-9]", 0, 0, "few", "[0-9]", 0, 4, "save", 5, 2, 0, "char", 62, 0, 0, "match", 0, 0, 0}, full = {"span", "^[^:]*", 0, 0, "char", 58, 0, 0, "span", "^[\009 ]*", 0, 0, "text", "<sip:", 5, 0, "split", 21, 29, 0, "span", "^[!'%(%)%*%+%-%.0-9A-Z_a-z~]*", 1, 0, "char", 64, 0, 0, "save", 2, 0, 0, "span", "^[%.0-9]*", 1, 0, "save", 3, 1, 0, "split", 45, 65, 0, "char", 58, 0, 0, "save", 4, 0, 0, "set", "[1-9]", 0, 0, "few", "[0-9]", 0, 4, "save", 5, 2, 0, "char", 62, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[%z\001-\255]", skip = "^[^:]*"})

  M._USUAL_VIA = regex.compile({groups = 1, names = {}, match = {"span", "^[^:]*", 0, 0, "char", 58, 0, 0, "span", "^[\009 ]*", 0, 0, "text", "SIP/2.0/", 8, 0, "span", "^[A-Z]*", 1, 0, "char", 32, 0, 0, "span", "^[%-%.0-9A-Za-z]*", 1, 0, "split", 33, 53, 0, "char", 58, 0, 0, "save", 2, 0, 0, "set", "[1-9]", 0, 0, "few", "[0-9]", 0, 4, "save", 3, 1, 0, "char", 59, 0, 0, "match", 0, 0, 0}, full = {"span", "^[^:]*", 0, 0, "char", 58, 0, 0, "span", "^[\009 ]*", 0, 0, "text", "SIP/2.0/", 8, 0, "span", "^[A-Z]*", 1, 0, "char", 32, 0, 0, "span", "^[%-%.0-9A-Za-z]*", 1, 0, "split", 33, 53, 0, "char", 58, 0, 0, "save", 2, 0, 0, "set", "[1-9]", 0, 0, "few", "[0-9]", 0, 4, "save", 3, 1, 0, "char", 59, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[%z\001-\255]", skip = "^[^:]*"})

  -- Vocabulary: message.
  function M.via_port(message)
    local usual = M._USUAL_VIA:match(message:first_row("via"))
    if usual ~= nil then
      local value1 = usual:group(1)
      if not py.truth(value1) then
        value1 = M.SIP_PORT
      end
      return tonumber(value1, 10)
    end
    local sent_by = message.sent_by
    if sent_by == "" then
      return nil
    end
    local port = str.contains(sent_by, ":") and str.rpartition(str.rpartition(sent_by, "]")[3], ":")[3] or ""
    if str.endswith(sent_by, "]") or port == "" then
      return M.SIP_PORT
    end
    return str.isascii(port) and (str.isdigit(port) and #port < 6) and tonumber(port, 10) or nil
  end

  -- Vocabulary: message.
  function M.contact_port(message)
    local own = address_text(message.src)
    local usual = M._USUAL_CONTACT:match(message:first_row("contact"))
    if usual ~= nil and py.truth(usual:group(1) == own) then
      local value1 = usual:group(2)
      if not py.truth(value1) then
        value1 = M.SIP_PORT
      end
      local port = tonumber(value1, 10)
      if port < 65536 then
        return port
      end
    end
    local contact = message.contact
    if contact == nil or M._is_gruu(contact.uri) then
      return nil
    end
    if contact.host ~= own then
      if not pcall(function()
        if str.of(str.ip_address(contact.host)) ~= own then
          return nil
        end
      end) then
        return nil
      end
    end
    return contact.port ~= 0 and contact.port or M.SIP_PORT
  end

  -- A public or temporary GRUU names no place (RFC 5627 3).
  function M._is_gruu(uri)
    local parameters = py.slice(str.split(str.lower(uri), ";"), 1)
    local any1 = false
    for _, one in py.each(parameters) do
      if one == "gr" or str.startswith(one, "gr=") then
        any1 = true
        break
      end
    end
    return any1
  end

  return M
end
