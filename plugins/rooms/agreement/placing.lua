-- Made from analyzer/agreement/placing.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local DIRECTIONS = import("agreement.association").DIRECTIONS
  local Place = import("agreement.place").Place
  local SIP_PORTS = import("capture.scan").SIP_PORTS
  local due_lists = import("agreement.listed").due_lists
  local is_protected = import("agreement.place").is_protected
  local parse_list = import("agreement.mechanism").parse_list
  local M = {}

  -- The message with what is in force for its client.
  function M.place_of(message, evidence, access, settlements)
    local place = Place.make(message, "gm", evidence, access)
    if message.spi >= 0 then
      local hit = settlements:sa(message.dst, message.spi)
      if hit ~= nil then
        place.on, place.sa = hit[1], hit[2].name
        place.from_client = DIRECTIONS:get(place.sa) == "to-server"
      end
    end
    if access == nil then
      return place
    end
    place.from_client = message.src == access.ue
    if message.spi < 0 then
      M._above_ipsec(place, access)
    end
    local standing = access:standing_of(message)
    if standing ~= nil then
      place.in_force = standing.association
      place.tls_port = standing.tls_port
      if message.is_request and place.from_client then
        place:stand(standing)
        M.doubt(place)
      end
    end
    local in_force = place.on or place.in_force
    if in_force ~= nil then
      place.life = in_force.state
    end
    return place
  end

  -- A message on the ports of a set where no ESP was ever seen: captured above IPsec.
  function M._above_ipsec(place, access)
    local message = place.message
    if message.synthetic then
      if access.associations.n > 0 and is_protected(message) then
        place.protection, place.on = "ports", access.associations[access.associations.n]
      end
      return
    end
    if access.esp_interfaces:has({ message.line, message.interface, n = 2 }) then
      return
    end
    local ports = { message.src, message.sport, message.dport, n = 3 }
    for _, association in py.each(access.associations) do
      for _, sa in py.each(association.sas) do
        if py.equal({ sa.src, sa.sport, sa.dport, n = 3 }, ports) then
          place.protection, place.on, place.sa = "ports", association, sa.name
          return
        end
      end
    end
    if message.protection == "clear" and M._on_repeated_ports(message) then
      place.protection = "ports"
    end
  end

  -- Whether the server's port is one that the Security-Verify of the request names: it belongs to
  function M._on_repeated_ports(message)
    local tuple1 = message.is_request and { message, message.dport, n = 2 } or { message.request, message.sport, n = 2 }
    local asked, port = tuple1[1], tuple1[2]
    if asked == nil or SIP_PORTS:has(port) then
      return false
    end
    local rows = asked:folded_texts("security-verify")
    local holds1 = rows.n > 0
    if holds1 then
      local any2 = false
      for _, one in py.each(parse_list(rows).elements) do
        if one.key == "ipsec-3gpp" and (port == one.port_c or port == one.port_s) then
          any2 = true
          break
        end
      end
      holds1 = any2
    end
    return holds1
  end

  -- The list that an answer to the run's challenge must repeat, and those before it.
  function M.due(exchange)
    local mine = py.list(due_lists(exchange))
    local standing = exchange.standing
    local before = { n = 0 }
    if standing ~= nil then
      local list1 = { n = 0 }
      for _, one in py.each(py.concat({ standing.applies, n = 1 }, standing.older)) do
        if one ~= nil then
          py.append(list1, one)
        end
      end
      before = list1
    end
    return { mine.n > 0 and mine[1] or nil, py.concat(py.slice(mine, 1), before), n = 2 }
  end

  -- A message on the very SPI that its own Security-Verify names, where the list known here does
  function M.doubt(place)
    local spi = place.message.spi
    if spi < 0 or (place.against == nil or place.verify == nil) then
      return
    end
    if M._names(place.verify, spi) and not M._names(place.against, spi) then
      place.against = nil
    end
  end

  function M._names(listed, spi)
    local list1 = { n = 0 }
    for _, element in py.each(listed.elements) do
      for _, one in py.each({ element.spi_c, element.spi_s, n = 2 }) do
        py.append(list1, one)
      end
    end
    return py.contains(list1, spi)
  end

  return M
end
