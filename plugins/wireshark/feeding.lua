-- Records of frames, handed to the analysis as what `flows/` hands on.

return function(import)
  local M = {}
  local extraction = import("wireshark.extraction")
  local signals = import("wireshark.signals")

  local function number(octets, at)
    local a, b, c, d = octets:byte(at, at + 3)
    return ((a * 256 + b) * 256 + c) * 256 + d
  end

  local function spi_and_seq(head)
    if head and #head >= 8 then
      return number(head, 1), number(head, 5)
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

  local GIVEN = {}

  function GIVEN.datagram(run, item)
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

  function GIVEN.time(run, item)
    run:pass_time(item.time)
  end

  function GIVEN.esp(run, item)
    local src, dst = extraction.ends(item.header)
    local spi, seq = spi_and_seq(item.head)
    run:esp({
      frame = item.frame, time = item.time, src = src, dst = dst, spi = spi, seq = seq,
      length = item.length, opened = item.opened, next_header = item.next_header or 0,
      sport = item.sport, dport = item.dport, icv = item.icv or "", head = item.head,
      interface = item.interface or 0, encapsulation = item.plan.esp_path,
    })
  end

  function GIVEN.signal(run, item)
    for _, signal in ipairs(signals.of(item)) do
      signal.protection = item.head and protection_of_esp(item) or "clear"
      signal.spi = signal.spi or spi_and_seq(item.head)
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
