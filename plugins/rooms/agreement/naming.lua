-- Made from analyzer/agreement/naming.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local M = {}

  M.KEY_OCTETS = 6

  -- `192.0.2.10`, `2001:db8::1` (RFC 5952); hexadecimal for what is no IP address.
  M.address_text = py.lru_cache(4096, function(address)
    if #address == 4 then
      return str.join(".", py.map(str.of, py.octets(address)))
    end
    return #address == 16 and str.of(str.ip_address_of(address)) or str.hex(address)
  end)

  -- `192.0.2.10:5060`, `[2001:db8::1]:5060`; the bare address where no port was read.
  M.endpoint_text = py.lru_cache(4096, function(address, port)
    local text = M.address_text(address)
    if port <= 0 then
      return text
    end
    return str.contains(text, ":") and "[" .. text .. "]:" .. str.of(port) or text .. ":" .. str.of(port)
  end)

  M.exchange_key = import("substitutes").exchange_key

  return M
end
