-- Made from analyzer/rules/subjects/older.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local Connection = import("agreement.evidence").Connection
  local address_text = import("agreement.naming").address_text
  local common = import("agreement.choice").common
  local compare = import("agreement.comparison").compare
  local parse_address = import("sip.fields").parse_address
  local uri_host_port = import("sip.fields").uri_host_port
  local with_uris = import("agreement.comparison").with_uris
  local M = {}

  M.CLEAR = "clear"

  -- Facts of a message about the lists of the drafts.
  M.OlderFacts = py.class("OlderFacts")

  function M.OlderFacts.__facts.enclosed(self)
    local credentials = self.message.credentials
    local qop = credentials == nil and "" or str.lower(credentials.qop or "")
    return self.place.lists.size > 0 and (self.place.enclosed and qop == "auth-int")
  end

  -- Its list is one of the request it answers, and not the one the server had sent.
  function M.OlderFacts.__facts.copied(self)
    local listed, request = self.place.server, M._request_of(self.place)
    if listed == nil or request == nil then
      return false
    end
    local list1 = { n = 0 }
    for _, one in py.each({ request.client, request.verify, n = 2 }) do
      if one ~= nil then
        py.append(list1, one)
      end
    end
    local sent = list1
    local any1 = false
    for _, one in py.each(sent) do
      if M._same(listed, one) then
        any1 = true
        break
      end
    end
    if not any1 then
      return false
    end
    if request.against == nil then
      return request.client ~= nil and M._same(listed, request.client)
    end
    return not M._same(listed, request.against)
  end

  -- Mechanisms of its list that the client did not offer.
  function M.OlderFacts.__facts.not_offered(self)
    local exchange, listed = self.place.exchange, self.place.server
    local value1
    if exchange == nil then
      value1 = nil
    else
      value1 = exchange.offer
    end
    local offer = value1
    if listed == nil or (offer == nil or offer.client == nil) then
      return { n = 0 }
    end
    local set1 = py.set()
    for _, element in py.each(offer.client.elements) do
      set1:add(element.key)
    end
    local offered = set1
    local list1 = { n = 0 }
    for _, element in py.each(listed.elements) do
      if not offered:has(element.key) then
        py.append(list1, element.name)
      end
    end
    return list1
  end

  function M.OlderFacts.make()
    return setmetatable({}, M.OlderFacts)
  end
  py.done(M.OlderFacts)

  -- The first hop has shown, before or by this answer, that it demands an agreement.
  function M.demanded(request, response)
    local access = request.place.access
    if access ~= nil and access.demands then
      return true
    end
    return response ~= nil and response.code == 421
  end

  -- The first element of the server's list that the client offered too (draft-00 6.3).
  function M.first_common(exchange, listed)
    local offer = exchange.offer
    if listed == nil or (offer == nil or offer.client == nil) then
      return nil
    end
    local found = common(offer.client, listed)
    return found.n > 0 and found[1] or nil
  end

  -- The headers of the run, where its two sides use those of different dialects.
  function M.mixed(exchange)
    local headers = py.dict()
    for _, step in py.each(exchange.steps) do
      if step.place ~= nil then
        for _, listed in step.place.lists:pairs() do
          headers:set(M._HEADERS:get(string.sub(listed.dialect, 1, 5), "Security-Client and others"), nil)
        end
      end
    end
    return headers.size > 1 and str.join(" with ", py.values(headers)) or nil
  end

  M._HEADERS = py.dict_of({
    { "draft", "Security-Mechanism", n = 2 }, { "arkko", "Security-Method", n = 2 },
    n = 2,
  })

  -- The host that the server's list names as its own, where the client sent its request to
  function M.far_server(exchange, listed)
    local offer, verify = exchange.offer, exchange:place("verify")
    if listed == nil or (offer == nil or (verify == nil or verify.protection == M.CLEAR)) then
      return nil
    end
    local route = offer.message:value("route")
    if listed.source == "" or (route or "") == "" then
      return nil
    end
    local named = str.lower(uri_host_port(listed.source)[1])
    local next_hop = str.lower(uri_host_port(parse_address(route)[1])[1])
    if named == "" or named == next_hop or named == address_text(exchange.access.first_hop) then
      return nil
    end
    local value1
    if M._domain(named) == M._domain(next_hop) then
      value1 = nil
    else
      value1 = named
    end
    return value1
  end

  -- The port of the first hop at which the client's first connection after the challenge was
  function M.tcp_port(exchange)
    local challenge = exchange:last("challenge")
    for _, one in py.each(exchange.evidence) do
      if py.isinstance(one, Connection) and (one.src == exchange.access.ue and challenge ~= nil) then
        if one.time >= challenge.time and one.accepted ~= nil then
          return one.dport
        end
      end
    end
    return nil
  end

  function M._domain(host)
    return str.join(".", py.slice(str.split(host, "."), -2))
  end

  function M._request_of(place)
    local request, exchange = place.message.request, place.exchange
    if exchange == nil or request == nil then
      return nil
    end
    for _, step in py.each(exchange.steps) do
      if step.place ~= nil and step.place.message == request then
        return step.place
      end
    end
    return nil
  end

  function M._same(one, other)
    return with_uris(compare(one, other), one, other).level ~= "different"
  end

  return M
end
