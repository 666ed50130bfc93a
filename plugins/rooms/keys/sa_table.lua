-- Made from analyzer/keys/sa_table.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  -- One security association (TS 33.203 7.1), named by its ports.
  M.Sa = py.struct("Sa", { "name", "spi", "src", "dst", "sport", "dport", "alg", "ealg", "owner", "nonce", "identity" })

  function M.Sa.make(name, spi, src, dst, sport, dport, alg, ealg, owner, nonce, identity)
    if nonce == nil then
      nonce = ""
    end
    if identity == nil then
      identity = ""
    end
    return setmetatable({
      name = name,
      spi = spi,
      src = src,
      dst = dst,
      sport = sport,
      dport = dport,
      alg = alg,
      ealg = ealg,
      owner = owner,
      nonce = nonce,
      identity = identity,
    }, M.Sa)
  end
  py.done(M.Sa)

  return M
end
