-- Made from analyzer/report/steps.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local Datagram = import("flows.datagram").Datagram
  local Place = import("agreement.place").Place
  local SipMessage = import("sip.message").SipMessage
  local address_text = import("agreement.naming").address_text
  local endpoint_text = import("agreement.naming").endpoint_text
  local iso = import("substitutes").iso
  local model = import("report.model")
  local parse_head = import("sip.headers").parse_head
  local M = {}

  M._KNOWN = py.set({
    "alg", "d-alg", "d-qop", "d-ver", "ealg", "mod", "port-c", "port-s", "prot", "q",
    "spi-c", "spi-s",
    n = 12,
  })

  M._HEADERS = {
    "Security-Client", "Security-Server", "Security-Verify", "Require", "Proxy-Require",
    "Supported", "Unsupported", "WWW-Authenticate", "Authorization",
    n = 9,
  }

  -- One step as the sweep keeps it: its octets, and where it stood. `seen_as` is the protection
  M.Kept = py.struct("Kept", { "role", "round", "sa", "leg", "protection", "capture", "frame", "time", "path", "src", "dst", "sport", "dport", "transport", "seen_as", "raw", "frames", "spi", "seq", "truncated", "length", "sightings", "comparison", "hops" })

  function M.Kept.make(role, round, sa, leg, protection, capture, frame, time, path, src, dst, sport, dport, transport, seen_as, raw, frames, spi, seq, truncated, length, sightings, comparison, hops)
    if frames == nil then
      frames = { n = 0 }
    end
    if spi == nil then
      spi = -1
    end
    if seq == nil then
      seq = -1
    end
    if truncated == nil then
      truncated = false
    end
    if length == nil then
      length = 0
    end
    if sightings == nil then
      sightings = { n = 0 }
    end
    if hops == nil then
      hops = { n = 0 }
    end
    return setmetatable({
      role = role,
      round = round,
      sa = sa,
      leg = leg,
      protection = protection,
      capture = capture,
      frame = frame,
      time = time,
      path = path,
      src = src,
      dst = dst,
      sport = sport,
      dport = dport,
      transport = transport,
      seen_as = seen_as,
      raw = raw,
      frames = frames,
      spi = spi,
      seq = seq,
      truncated = truncated,
      length = length,
      sightings = sightings,
      comparison = comparison,
      hops = hops,
    }, M.Kept)
  end
  py.done(M.Kept)

  -- The steps of a closed run, and what was seen of them beyond the first hop.
  function M.keep(run)
    local list1 = { n = 0 }
    for _, step in py.each(run.steps) do
      py.append(list1, M._kept_step(step, run))
    end
    local kept = list1
    if kept.n > 0 then
      for _, place in py.each(run.far) do
        local home = M._home(place, kept, run)
        home.hops = py.concat(home.hops, { M._kept(place, home.role, home.round), n = 1 })
      end
    end
    return kept
  end

  -- Its message, read once more; None of ESP that was not read.
  function M.again(kept)
    local value1
    if kept.raw ~= "" then
      value1 = parse_head(kept.raw, kept.truncated)
    end
    local head = value1
    if head == nil then
      return nil
    end
    local origin = Datagram.make(kept.capture, kept.frame, kept.time, 0, kept.path, kept.src, kept.dst, kept.sport, kept.dport, kept.transport, "", kept.frames, kept.seen_as, kept.spi, kept.seq)
    return SipMessage.make(head, kept.raw, origin, kept.frames, kept.truncated)
  end

  -- The steps as the report has them, with the rows of their headers, and with the text of their
  function M.steps(kept, headers, texts, messages)
    if headers == nil then
      headers = false
    end
    if texts == nil then
      texts = false
    end
    local lists = M._Lists.make()
    local value1
    if messages == nil then
      local list2 = { n = 0 }
      for _, one in py.each(kept) do
        py.append(list2, M.again(one))
      end
      value1 = list2
    else
      value1 = messages
    end
    local read = value1
    local list3 = { n = 0 }
    for _, item1 in py.each(py.zip(kept, read)) do
      local one, message = item1[1], item1[2]
      py.append(list3, M._step(one, message, lists))
    end
    local made = list3
    if headers or texts then
      for _, item2 in py.each(py.zip(kept, made)) do
        local one, step = item2[1], item2[2]
        for _, item3 in py.each(py.concat({ { one, step, n = 2 }, n = 1 }, py.zip(one.hops, step.hops))) do
          local its, shown = item3[1], item3[2]
          if headers then
            shown.headers = M._headers(M.again(its))
          end
          if texts and its.raw ~= "" then
            shown.text = str.decode(its.raw)
          end
        end
      end
    end
    return made
  end

  -- The rows that speak of the agreement, as they stand in the message.
  function M._headers(message)
    if message == nil then
      return { n = 0 }
    end
    local list1 = { n = 0 }
    for _, name in py.each(M._HEADERS) do
      for _, text in py.each(message:texts(str.lower(name))) do
        py.append(list1, name .. ": " .. text)
      end
    end
    return list1
  end

  function M._kept_step(step, run)
    local place = step.place
    if place ~= nil then
      local kept = M._kept(place, step.role, step.round)
      if step.role == "verify" or step.role == "offer" then
        kept.comparison = M._comparison(place, run)
      end
      return kept
    end
    local esp = step.esp
    return M.Kept.make(step.role, step.round, step.sa, "gm", "esp", esp.capture, esp.frame, esp.time, esp.path, esp.src, esp.dst, 0, 0, "udp", "esp", "", esp.frames, esp.spi, esp.seq, false, esp.length)
  end

  function M._kept(place, role, number)
    local m = place.message
    return M.Kept.make(role, number, place.sa, place.leg, place.protection, m.capture, m.frame, m.time, m.path, m.src, m.dst, m.sport, m.dport, m.transport, m.protection, m.raw, m.frames.n > 1 and m.frames or { n = 0 }, m.spi, m.seq, m.truncated, 0, m.copies)
  end

  -- The step on the access side that a message beyond the first hop belongs to.
  function M._home(place, kept, run)
    local message = place.message
    local near = message.source or message.forward
    if near ~= nil then
      for _, item1 in py.each(py.zip(kept, run.steps)) do
        local one, step = item1[1], item1[2]
        if step.place ~= nil and step.place.message == near then
          return one
        end
      end
    end
    return M._nearest(kept, run.access.ue, message)
  end

  -- Where the near side was not read: by direction and time.
  function M._nearest(kept, ue, message)
    local request = message.is_request
    local best = kept[1]
    for _, one in py.each(kept) do
      if (one.src == ue) == request then
        if not (request and one.time > message.time) then
          best = one
          if not request and one.time >= message.time then
            break
          end
        end
      end
    end
    return best
  end

  function M._comparison(place, run)
    local found = place.comparison
    if found == nil then
      return nil
    end
    local value1
    if place.role == "verify" then
      value1 = run:message("challenge")
    end
    local challenge = value1
    local value2
    if challenge == nil then
      value2 = nil
    else
      value2 = model.Frame.make(challenge.capture, challenge.frame)
    end
    return model.Comparison.make(found.level, found.kind, found.edit ~= "" and found.edit or nil, value2)
  end

  function M._step(kept, message, lists)
    if message == nil then
      return M._unread(kept)
    end
    local place = Place.make(message, kept.leg, "")
    local request = message.is_request
    local client, verify = place.client, place.verify
    if verify == nil and (kept.role == "verify" and kept.comparison ~= nil) then
      client, verify = nil, client
    end
    local list1 = { n = 0 }
    for _, one in py.each(py.concat(message.sightings, kept.sightings)) do
      py.append(list1, M._sighting(one))
    end
    local value1
    if request then
      value1 = nil
    else
      value1 = message.code
    end
    local value2
    if request then
      value2 = nil
    else
      value2 = message.reason
    end
    local value3
    if request then
      value3 = M._host(message.sent_by)
    end
    local list2 = { n = 0 }
    for _, one in py.each(kept.hops) do
      py.append(list2, M._step(one, M.again(one), lists))
    end
    return model.Step.make(kept.role, kept.round, kept.capture, kept.frame, M._frames(kept), list1, iso(kept.time), request and message.method or str.strip(str.of(message.code) .. " " .. message.reason), request and message.method or nil, value1, value2, endpoint_text(kept.src, kept.sport), endpoint_text(kept.dst, kept.dport), kept.transport, kept.protection, kept.spi >= 0 and kept.spi or nil, kept.seq >= 0 and kept.seq or nil, kept.sa ~= "" and kept.sa or nil, nil, kept.leg, nil, value3, M._marks(message), lists:made(client), lists:made(place.server), lists:made(verify), kept.comparison, list2)
  end

  function M._unread(kept)
    local list1 = { n = 0 }
    for _, one in py.each(kept.hops) do
      py.append(list1, M._step(one, M.again(one), M._Lists.make()))
    end
    return model.Step.make(kept.role, kept.round, kept.capture, kept.frame, M._frames(kept), nil, iso(kept.time), "ESP, not read", nil, nil, nil, address_text(kept.src), address_text(kept.dst), "unknown", "esp", kept.spi, kept.seq, kept.sa ~= "" and kept.sa or nil, kept.length, "gm", true, nil, nil, nil, nil, nil, nil, list1)
  end

  function M._frames(kept)
    if kept.frames.n < 2 then
      return { n = 0 }
    end
    local list1 = { n = 0 }
    for _, frame in py.each(kept.frames) do
      py.append(list1, model.Frame.make(kept.capture, frame))
    end
    return list1
  end

  function M._sighting(one)
    return model.Sighting.make(one.capture, one.frame, endpoint_text(one.src, one.sport), endpoint_text(one.dst, one.dport), one.path)
  end

  function M._marks(message)
    if message.is_request then
      local credentials = message.credentials
      return credentials ~= nil and credentials.auts ~= nil and { "auts", n = 1 } or { n = 0 }
    end
    local challenge = message.challenge
    if challenge == nil then
      return { n = 0 }
    end
    local list1 = { n = 0 }
    for _, name in py.each({ "ck", "ik", n = 2 }) do
      if py.truth(challenge[name]) then
        py.append(list1, name)
      end
    end
    return list1
  end

  -- Lists as the model has them; one that several messages carry is made once.
  M._Lists = py.class("_Lists")

  function M._Lists.make()
    local self = setmetatable({}, M._Lists)
    self._made = py.dict()
    return self
  end

  -- The elements of a list; none for none.
  function M._Lists:made(listed)
    if listed == nil then
      return { n = 0 }
    end
    local found = self._made:get(py.identity(listed))
    if found == nil then
      local list1 = { n = 0 }
      for _, element in py.each(listed.elements) do
        py.append(list1, M.mechanism(element))
      end
      found = list1
      self._made:set(py.identity(listed), list1)
    end
    return found
  end
  py.done(M._Lists)

  -- One element of a list as the contract has it.
  function M.mechanism(element)
    return model.Mechanism.make(element.name, element.q, element.alg, (element.ealg or "") ~= "" and element.ealg or nil, element.prot, element.mod, element.spi_c, element.spi_s, element.port_c, element.port_s, element.d_alg, element.d_qop, element.d_ver, M._others(element), element.raw, py.list(element.defects))
  end

  function M._others(element)
    local dict1 = py.dict()
    for _, item1 in py.each(element.params) do
      local name, value = item1[1], item1[2]
      if not M._KNOWN:has(name) and not M._KNOWN:has(str.lower(name)) then
        dict1:set(name, value)
      end
    end
    return dict1
  end

  -- The host of a sent-by: `host`, `host:port`, `[v6]` or `[v6]:port`.
  function M._host(sent_by)
    if str.startswith(sent_by, "[") then
      local value1 = str.partition(string.sub(sent_by, 2), "]")[1]
      if value1 == "" then
        value1 = nil
      end
      return value1
    end
    local value2 = str.partition(sent_by, ":")[1]
    if value2 == "" then
      value2 = nil
    end
    return value2
  end

  return M
end
