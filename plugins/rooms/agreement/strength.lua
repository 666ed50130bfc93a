-- Made from analyzer/agreement/strength.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local M = {}

  M._MECHANISMS = py.dict_of({
    { "digest", 1, n = 2 }, { "tls", 2, n = 2 }, { "ipsec-ike", 2, n = 2 },
    { "ipsec-man", 2, n = 2 }, { "ipsec-3gpp", 2, n = 2 },
    n = 5,
  })

  M._INTEGRITY = py.dict_of({
    { "hmac-md5-96", 1, n = 2 }, { "hmac-sha-1-96", 2, n = 2 }, { "aes-gmac", 3, n = 2 },
    n = 3,
  })

  M._ENCRYPTION = py.dict_of({
    { "null", 0, n = 2 }, { "des-ede3-cbc", 1, n = 2 }, { "aes-cbc", 2, n = 2 },
    { "aes-gcm", 3, n = 2 },
    n = 4,
  })

  -- Whether `one` is surely better; False where the two cannot be compared.
  function M.stronger(one, other)
    local mine, theirs = M._MECHANISMS:get(one.key), M._MECHANISMS:get(other.key)
    if mine == nil or theirs == nil then
      return false
    end
    if mine ~= theirs or one.key ~= other.key then
      return mine > theirs
    end
    local mine_of, theirs_of = M._algorithms(one), M._algorithms(other)
    if mine_of == nil or (theirs_of == nil or py.equal(mine_of, theirs_of)) then
      return false
    end
    local all1 = true
    for _, item1 in py.each(py.zip(mine_of, theirs_of)) do
      local a, b = item1[1], item1[2]
      if a < b then
        all1 = false
        break
      end
    end
    return all1
  end

  -- The same of two shapes of `ipsec-3gpp`.
  function M.surpasses(one, other)
    local mine, theirs = M._ranks(py.unpack(py.slice(one, 1))), M._ranks(py.unpack(py.slice(other, 1)))
    if one[1] ~= other[1] or (mine == nil or (theirs == nil or py.equal(mine, theirs))) then
      return false
    end
    local all1 = true
    for _, item1 in py.each(py.zip(mine, theirs)) do
      local a, b = item1[1], item1[2]
      if a < b then
        all1 = false
        break
      end
    end
    return all1
  end

  -- What is negotiated in an element: its name and algorithms, no numbers.
  function M.shape(element)
    if element.key ~= "ipsec-3gpp" then
      return { element.key, "", "", n = 3 }
    end
    return { "ipsec-3gpp", str.lower(element.alg or ""), element.effective_ealg, n = 3 }
  end

  -- Those of the signalling elements, in order; empty for no list.
  function M.shapes(listed)
    if listed == nil then
      return { n = 0 }
    end
    local list1 = { n = 0 }
    for _, one in py.each(listed.signalling) do
      py.append(list1, M.shape(one))
    end
    return py.list(list1)
  end

  function M._algorithms(element)
    return M._ranks(element.effective_alg or "", element.effective_ealg)
  end

  -- Ranks of integrity and encryption; aes-gcm does both, with `alg=null`.
  function M._ranks(alg, ealg)
    local encryption = M._ENCRYPTION:get(ealg)
    if ealg == "aes-gcm" then
      return { 3, 3, n = 2 }
    end
    local integrity = M._INTEGRITY:get(alg)
    local value1
    if encryption == nil or integrity == nil then
      value1 = nil
    else
      value1 = { integrity, encryption, n = 2 }
    end
    return value1
  end

  return M
end
