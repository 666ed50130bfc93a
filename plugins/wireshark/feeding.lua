-- Records of frames, handed to the analysis as what `flows/` hands on.

return function(import)
  local M = {}
  local extraction = import("wireshark.extraction")
  local number = import("wireshark.octets").number
  local limits = import("limits")
  local signals = import("wireshark.signals")

  local NULL_UNANNOUNCED = import("flows.esp").NULL_UNANNOUNCED

  local function spi_and_seq(head)
    if head and #head >= 8 then
      return number(head, 1, 4), number(head, 5, 4)
    end
    return -1, -1
  end
  M.spi_and_seq = spi_and_seq

  local function protection_of_esp(item)
    return item.opened == "decrypted" and "esp" or "esp-null"
  end

  local function protection(item)
    if item.plan.protection ~= "esp" then
      return item.plan.protection
    end
    return protection_of_esp(item)
  end

  -- Whether it begins as a SIP message does (RFC 3261 7); Wireshark shows what does not as a
  -- continuation.
  local function begins(octets)
    local line = octets:match("^[\r\n]*([^\r\n]*)")
    if line:find("^[sS][iI][pP]/2%.0 ") then
      return true
    end
    if not line:find("^%a[%w%-%.!%%%*_%+`'~]* ") then
      return false
    end
    return line:find(" [sS][iI][pP]/2%.0[ \t]*$") ~= nil
      or (line:find("^%S+ *%a+:") ~= nil and not octets:find("[\r\n]", #line + 1))
  end

  local GIVEN = {}

  function GIVEN.datagram(run, item)
    if not begins(item.payload) then
      run:pass_time(item.time)
      return
    end
    local src, dst, ip_id = extraction.ends(item.header)
    local spi, seq = spi_and_seq(item.head)
    run:datagram({
      frame = item.frame, time = item.time, src = src, dst = dst, sport = item.sport,
      dport = item.dport, transport = item.plan.transport or "udp", protection = protection(item),
      spi = spi, seq = seq, ip_id = ip_id, interface = item.interface or 0,
      encapsulation = item.plan.path, payload = item.payload, frames = item.frames,
      truncated = item.truncated or false,
    })
  end

  -- Whether the same packet was seen a moment ago, as a rule at another tap: two generations of
  -- packets by addresses and first octets, as flows/esp.py keeps them.
  local function copied(run, item, src, dst)
    local seen = run.esp_seen or { now = {}, before = {}, count = 0, till = 0 }
    run.esp_seen = seen
    if item.time > seen.till or seen.count >= limits.ESP_SEEN then
      seen.before, seen.now, seen.count = seen.now, {}, 0
      seen.till = item.time + limits.COPY_WINDOW
    end
    local key = src .. dst .. item.head
    local earlier = seen.now[key] or seen.before[key]
    seen.now[key], seen.count = item.time, seen.count + 1
    return earlier ~= nil and math.abs(item.time - earlier) <= limits.COPY_WINDOW
  end

  local PORTS = { [6] = true, [17] = true }

  local function sa_of(run, dst, spi)
    local set, name = run:sa(dst, spi)
    for _, sa in ipairs(set and set.sas or {}) do
      if sa.name == name then
        return set, sa
      end
    end
    return nil
  end

  -- Whether the packet is open, and what is odd about it. Wireshark takes one in ten thousand of
  -- encrypted packets for one without encryption; where encryption was agreed on, the ports of the
  -- SA have to stand in it.
  local function opened(run, item, dst, spi)
    local set, sa = nil, nil
    if item.opened == "null" then
      set, sa = sa_of(run, dst, spi)
    end
    if not set or set.ealg == "null" then
      return item.opened, ""
    end
    local fits = PORTS[item.next_header] and item.sport == sa.sport and item.dport == sa.dport
    if fits then
      return "null", NULL_UNANNOUNCED
    end
    return "", ""
  end

  function GIVEN.time(run, item)
    run:pass_time(item.time)
  end

  function GIVEN.esp(run, item)
    local src, dst = extraction.ends(item.header)
    local spi, seq = spi_and_seq(item.head)
    local how, reason = opened(run, item, dst, spi)
    local open = how ~= ""
    run:esp({
      frame = item.frame, time = item.time, src = src, dst = dst, spi = spi, seq = seq,
      length = item.length, opened = how, reason = reason,
      copy = copied(run, item, src, dst), next_header = open and item.next_header or 0,
      sport = open and item.sport or 0, dport = open and item.dport or 0,
      interface = item.interface, encapsulation = item.plan.esp_path,
    })
  end

  function GIVEN.signal(run, item)
    local spi = spi_and_seq(item.head)
    for _, signal in ipairs(signals.of(item)) do
      if spi >= 0 then
        signal.spi, signal.protection = spi, protection_of_esp(item)
      end
      signal.protection = signal.protection or "clear"
      run:signal(signal)
    end
  end

  function M.feed(run, item)
    local given = GIVEN[item.kind]
    if given then
      given(run, item)
    end
  end

  return M
end
