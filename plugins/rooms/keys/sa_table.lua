-- Made from analyzer/keys/sa_table.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  -- One security association (TS 33.203 7.1), named by its ports.
  M.Sa = py.struct("Sa", { "name", "spi", "src", "dst", "sport", "dport", "alg", "ealg", "owner", "aka" })

  function M.Sa.make(name, spi, src, dst, sport, dport, alg, ealg, owner, aka)
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
      aka = aka,
    }, M.Sa)
  end

  -- That of the challenge, empty where it was no AKA.
  function M.Sa.__get.nonce(self)
    return self.aka == nil and "" or self.aka.nonce
  end

  -- A text that holds the IMSI, "" for none.
  function M.Sa.__get.identity(self)
    return self.aka == nil and "" or self.aka.identity
  end
  py.done(M.Sa)

  return M
end
