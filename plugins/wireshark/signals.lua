-- What frames beside SIP and ESP say of reachability, as the signals that `flows/` tells of.

return function(import)
  local M = {}
  local dns = import("wireshark.dns")
  local extraction = import("wireshark.extraction")
  local ike = import("wireshark.ike")
  local naming = import("agreement.naming")
  local quoted = import("wireshark.quoted")
  local tls = import("wireshark.tls")

  local UDP_HEADER = 8

  local function signal(item, kind, said)
    local src, dst = extraction.ends(item.header)
    return { frame = item.frame, time = item.time, kind = kind, src = src, dst = dst,
      sport = item.sport, dport = item.dport, said = said, detail = "", by = "", spi = -1 }
  end

  local function icmp(item)
    local said = quoted.read(item.name, item.payload)
    if not said then
      return {}
    end
    local one = signal(item, "icmp")
    one.by = one.src
    one.src, one.dst, one.sport, one.dport = said.src, said.dst, said.sport, said.dport
    one.detail, one.spi = said.name, said.spi
    one.protection = said.spi < 0 and "clear" or "esp"
    return { one }
  end

  local function udp(kind, read)
    return function(item)
      local said = read(item.payload:sub(UDP_HEADER + 1))
      return { said and signal(item, kind, said) }
    end
  end

  local function flag(octet)
    local fin, syn, rst = octet % 2 == 1, octet % 4 >= 2, octet % 8 >= 4
    if rst then
      return "rst"
    elseif syn then
      return octet % 32 >= 16 and "syn-ack" or "syn"
    end
    return fin and "fin" or nil
  end

  local function tcp(item)
    local data, found = item.payload, {}
    local kind = flag(data:byte(14))
    if kind then
      found[1] = signal(item, kind)
    end
    local start = math.floor(data:byte(13) / 16) * 4 + 1
    for _, said in ipairs(tls.read(data:sub(start))) do
      found[#found + 1] = signal(item, "tls", said)
    end
    return found
  end

  local function gap(item)
    local one = signal(item, "tcp-gap")
    one.detail = "octets missing"
    return { one }
  end

  local READ = {
    gap = gap,
    icmp = icmp,
    icmpv6 = icmp,
    dns = udp("dns", function(data) return dns.read(data, naming.address_text) end),
    isakmp = udp("ike", ike.read),
    tcp = tcp,
  }

  -- The signals of one record, a list.
  function M.of(item)
    return READ[item.name](item)
  end

  return M
end
