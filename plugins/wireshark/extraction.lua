-- What a frame holds, read off Wireshark's dissection: the octets of SIP messages, ESP headers and
-- the cheap signs beside them. Never its reading of the Security-* headers, which splits at commas
-- in quotes, casts SPIs and flattens lists into one another.
--
-- Extractors are made when the plugin is loaded; a FieldInfo lives no longer than the callback.

return function(import)
  local M = {}
  local plans = import("wireshark.plans")

  local function extractor(name)
    local made, field = pcall(Field.new, name)
    if made then
      return field
    end
    return function() end -- a version of Wireshark that does not have it
  end

  local protocols = Field.new("frame.protocols")
  local sip = Field.new("sip")
  local esp = Field.new("esp")
  local NET = { ip = Field.new("ip"), ipv6 = Field.new("ipv6") }
  local HEADERS = { ip = { 4, 16 }, ipv6 = { 8, 32 } } -- from the identification, the addresses on
  local CARRIERS = { -- by the name that stands before SIP: what names the frames that carry it
    tcp = extractor("tcp.segment"), ip = extractor("ip.fragment"), ipv6 = extractor("ipv6.fragment"),
  }
  local encrypted = extractor("esp.encrypted_data")
  local tcp = extractor("tcp")
  local gap = extractor("tcp.analysis.lost_segment")
  local interface = extractor("frame.interface_id")

  local ESP_HEAD = 40 -- octets by which one ESP packet is told from another
  local SIGNALLED = 2048 -- octets kept of what says something of reachability
  local TCP_HEADER = 20
  local ALERT, DATA = 21, 23 -- TLS records from alerts to encrypted data
  local RECORD = 5 -- octets of the header of one
  local NEAR = 34 -- SIP that begins nearer to its start than behind a link layer: reassembled
  local NEXT_HEADERS = { ip = 4, tcp = 6, udp = 17, ipv6 = 41, sctp = 132 }
  local SIP_PORTS = { [5060] = true, [5061] = true }
  local FRAMES = 256 -- fragments of one message that are named
  local NOWHERE = ("\0"):rep(4)

  local function nth(place, first, ...)
    if place <= 1 or select("#", ...) == 0 then
      return first
    end
    return (select(math.min(place - 1, select("#", ...)), ...))
  end

  -- The octets of a FieldInfo from `offset` on, no more than `most`.
  local function octets(info, offset, most)
    local length = info.len - offset
    if length <= 0 then
      return ""
    end
    return info.range:raw(offset, most and length > most and most or length)
  end
  M.octets = octets

  -- The plan of this frame; nil where the fields are empty (a first pass without a tree).
  function M.plan()
    local info = protocols()
    if info then
      return plans.of(info.value)
    end
  end

  local function packed(text)
    local a, b, c, d = text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
    if a then
      return string.char(a % 256, b % 256, c % 256, d % 256)
    end
  end

  -- Octets of the innermost IP header: 16 of IPv4 from its identification to the addresses, the
  -- 32 of the addresses of IPv6. `M.ends` reads them, when somebody looks.
  local function ip_header(net, pinfo)
    local where = HEADERS[net.name]
    local info = where and nth(net.nth, NET[net.name]())
    if info and info.len >= where[1] + where[2] then
      return info.range:raw(where[1], where[2])
    end
    local src, dst = packed(tostring(pinfo.src)), packed(tostring(pinfo.dst)) -- exported PDUs
    return ("\0"):rep(8) .. (src or NOWHERE) .. (dst or NOWHERE)
  end

  -- Source, destination (4 or 16 octets) and identification (-1 where there is none).
  function M.ends(header)
    if #header == 32 then
      return header:sub(1, 16), header:sub(17), -1
    end
    local high, low = header:byte(1, 2)
    return header:sub(9, 12), header:sub(13), high * 256 + low
  end

  -- The frames that carry segments or fragments of it; nil where this is the only one.
  local function carriers(plan)
    local infos = { CARRIERS[plan.transport == "udp" and plan.net.name or "tcp"]() }
    if #infos < 2 then
      return nil
    end
    local frames = { n = math.min(#infos, FRAMES) }
    for at = 1, frames.n do
      frames[at] = infos[at].value
    end
    return frames
  end

  local function same_source(one, other)
    return (pcall(function() return one <= other end)) -- raises where the sources differ
  end

  -- The SIP layers of a frame, each cut where the next one in the same octets begins: Wireshark
  -- lets all of them reach to the end of the segment. A list of {info, length}.
  function M.messages()
    local infos = { sip() }
    local found = {}
    for at, info in ipairs(infos) do
      local length, following = info.len, infos[at + 1]
      if following and following.offset > info.offset and same_source(info, following) then
        length = math.min(length, following.offset - info.offset)
      end
      found[at] = { info = info, length = length }
    end
    return found
  end

  local function add_messages(plan, pinfo, tvb, frame, time, out)
    local first, second = sip()
    if not first then
      return
    end
    local header, sport, dport = ip_header(plan.net, pinfo), pinfo.src_port, pinfo.dst_port
    local cut = tvb:len() < tvb:reported_len()
    local carried = interface()
    carried = carried and carried.value or 0
    if plan.whole and not second then -- the usual case, and the hot one
      local payload = first.range:raw()
      out[1] = { kind = "datagram", frame = frame, time = time, plan = plan, header = header,
        sport = sport, dport = dport, payload = payload, truncated = cut, interface = carried,
        frames = first.offset < NEAR and carriers(plan) or nil }
      return
    end
    local frames, packet = carriers(plan), out[1] or {}
    for _, one in ipairs(M.messages()) do
      out[#out + 1] = { kind = "datagram", frame = frame, time = time, plan = plan,
        header = header, sport = sport, dport = dport, frames = frames, head = packet.head,
        opened = packet.opened, truncated = cut, interface = carried,
        payload = octets(one.info, 0, one.length) }
    end
  end

  local function add_esp(plan, pinfo, frame, time, out)
    local info = esp()
    if not info or info.len < 8 then
      return
    end
    local item = { kind = "esp", frame = frame, time = time, plan = plan,
      header = ip_header(plan.esp_net, pinfo), head = octets(info, 0, ESP_HEAD), length = info.len,
      opened = "", next_header = 0, sport = 0, dport = 0 }
    local carried = interface()
    item.interface = carried and carried.value or 0
    if plan.opened then
      item.opened = plan.how or (encrypted() and "decrypted" or "null")
      item.next_header = NEXT_HEADERS[plan.opened] or 0
      item.sport, item.dport = pinfo.src_port, pinfo.dst_port
    end
    out[#out + 1] = item
  end

  -- Octets behind the IP header of a frame that is no fragment, as captured.
  local function carried_by_ip(plan, tvb, most)
    local info = NET[plan.net.name]
    info = info and nth(plan.net.nth, info())
    local start = info and info.offset + info.len
    if start and start < tvb:len() then
      return tvb:raw(start, math.min(most, tvb:len() - start))
    end
    return ""
  end

  local SAYS = {}

  function SAYS.icmp(data)
    local kind = data:byte() -- RFC 792: errors quote what they answer
    return kind == 3 or kind == 4 or kind == 11 or kind == 12
  end

  function SAYS.icmpv6(data)
    local kind = data:byte() -- RFC 4443 2.1
    return kind and kind >= 1 and kind <= 4
  end

  function SAYS.dns(data) -- the UDP header too; names that lead to a P-CSCF or an ePDG
    local text = data:lower()
    return text:find("3gppnetwork", 1, true) or text:find("pcscf", 1, true)
      or text:find("p-cscf", 1, true) or text:find("_sip", 1, true)
  end

  function SAYS.isakmp()
    return true
  end

  -- Flags, and what TLS says in clear; of its data no more than how long it is.
  function SAYS.tcp(data)
    if #data < TCP_HEADER then
      return false
    end
    local start = math.floor(data:byte(13) / 16) * 4 + 1
    local record = data:byte(start)
    local tls = record and record >= ALERT and record <= DATA and data:byte(start + 1) == 3
    return data:byte(14) % 8 ~= 0 or tls, record == DATA and start + RECORD or nil
  end

  local function signal_octets(plan, tvb)
    if plan.esp then
      local info = tcp()
      return info and octets(info, 0) or ""
    end
    return carried_by_ip(plan, tvb, SIGNALLED)
  end

  -- Octets of this direction were not captured before this segment.
  local function add_gap(plan, pinfo, frame, time, out)
    if plan.transport == "tcp" and gap() then
      local packet = out[1] or {}
      out[#out + 1] = { kind = "signal", name = "gap", frame = frame, time = time, plan = plan,
        header = ip_header(plan.net, pinfo), sport = pinfo.src_port, dport = pinfo.dst_port,
        head = packet.head, opened = packet.opened }
    end
  end

  local function add_signal(plan, pinfo, tvb, frame, time, out)
    local data = signal_octets(plan, tvb)
    local says, length = SAYS[plan.signal](data)
    if says then
      local packet = out[1] or {}
      out[#out + 1] = { kind = "signal", name = plan.signal, frame = frame, time = time,
        plan = plan, header = ip_header(plan.net, pinfo), sport = pinfo.src_port,
        dport = pinfo.dst_port, payload = length and data:sub(1, length) or data,
        head = packet.head, opened = packet.opened }
    end
  end

  -- TLS on a port of SIP, which Wireshark takes for a piece of a message.
  local function is_tls(plan)
    local info = plan.transport == "tcp" and plan.protection == "clear" and sip()
    local kind, version = (info and octets(info, 0, 2) or ""):byte(1, 2)
    return kind and kind >= ALERT and kind <= DATA and version == 3
  end

  -- What stands in this frame, in the order in which it came: a list of records.
  function M.read(plan, pinfo, tvb, frame, time)
    local out = {}
    if plan.esp then
      add_esp(plan, pinfo, frame, time, out)
    end
    if plan.sip and is_tls(plan) then
      add_signal(plans.of_tcp(plan), pinfo, tvb, frame, time, out)
    elseif plan.sip then
      add_gap(plan, pinfo, frame, time, out)
      add_messages(plan, pinfo, tvb, frame, time, out)
    elseif plan.signal and (plan.signal ~= "tcp" or plan.esp or SIP_PORTS[pinfo.src_port]
        or SIP_PORTS[pinfo.dst_port]) then
      add_gap(plan, pinfo, frame, time, out)
      add_signal(plan, pinfo, tvb, frame, time, out)
    end
    return out
  end

  -- The ESP packet of a frame: { src, dst, spi (numbers and octets as in an IP header), range };
  -- nil where there is none.
  function M.esp_packet(plan, pinfo)
    local info = esp()
    if not info or info.len < 8 then
      return nil
    end
    local src, dst = M.ends(ip_header(plan.esp_net, pinfo))
    local a, b, c, d = info.range:raw(0, 4):byte(1, 4)
    return { src = src, dst = dst, spi = ((a * 256 + b) * 256 + c) * 256 + d, range = info.range }
  end

  -- Whether Wireshark found SIP in this frame.
  function M.has_sip()
    return sip() ~= nil
  end

  -- The ESP layer of a frame, to be highlighted.
  function M.esp()
    return (esp())
  end

  return M
end
