-- CK and IK that the capture itself holds, by RAND, and the ESP keys they make (TS 33.203 Annex I).
-- All values are octets in strings. Keys are secrets: nothing here prints them.
return function()
  local M = {}

  local KEY = 16 -- octets of CK, of IK and of RAND (TS 33.102 6.3.7)
  local BOUND = 4096 -- RANDs remembered in one capture
  local OF_RAND = 4 -- pairs remembered for one of them

  -- alg and ealg as sec-agree names them: the name in Wireshark's table of SAs, octets of ICV and
  -- IV, and how the key is made. Counter modes are left out: their salt needs HMAC-SHA-256.
  local INTEGRITY = {
    ["hmac-md5-96"] = { wireshark = "HMAC-MD5-96 [RFC2403]", icv = 12, tail = "" },
    ["hmac-sha-1-96"] = { wireshark = "HMAC-SHA-1-96 [RFC2404]", icv = 12, tail = "\0\0\0\0" },
    ["aes-gmac"] = { icv = 16, iv = 8 },
  }
  local ENCRYPTION = {
    ["null"] = { wireshark = "NULL", iv = 0 },
    ["des-ede3-cbc"] = { wireshark = "TripleDES-CBC [RFC2451]", iv = 8, cipher = "GCRY_CIPHER_3DES", again = 8 },
    ["aes-cbc"] = { wireshark = "AES-CBC [RFC3602]", iv = 16, cipher = "GCRY_CIPHER_AES", again = 0 },
  }

  -- How packets of an SA are made: { icv, iv, cipher }, nil where that is not known here.
  function M.layout(alg, ealg)
    local first, second = INTEGRITY[alg], ENCRYPTION[ealg]
    if not first or not second then return nil end
    return { icv = first.icv, iv = second.cipher and second.iv or first.iv or 0, cipher = second.cipher }
  end

  -- The key of the cipher, "" for null.
  function M.cipher_key(ealg, pair)
    local algorithm = ENCRYPTION[ealg]
    if not algorithm or not algorithm.cipher then return "" end
    return pair.ck .. pair.ck:sub(1, algorithm.again)
  end

  -- The key of the ICV, nil where it cannot be made here.
  function M.integrity_key(alg, pair)
    local algorithm = INTEGRITY[alg]
    return algorithm and algorithm.tail and pair.ik .. algorithm.tail
  end

  -- What Wireshark calls them in the table of SAs, nil where it has no such algorithms.
  function M.wireshark_names(alg, ealg)
    local first, second = INTEGRITY[alg], ENCRYPTION[ealg]
    if not first or not first.wireshark or not second then return nil end
    return second.wireshark, first.wireshark
  end

  -- The keys of one capture. bind(rand, ck, ik, frame) says whether that is news; pairs_of(nonce)
  -- gives a list of { ck, ik, frame }, where a nonce is RAND, AUTN and what follows.
  function M.new()
    local ring, count = {}, 0
    local known = {}

    function ring.bind(rand, ck, ik, frame)
      if #rand ~= KEY or #ck ~= KEY or #ik ~= KEY then return false end
      local pairs_here = known[rand]
      if not pairs_here then
        if count >= BOUND then return false end
        pairs_here = {}
        known[rand] = pairs_here
        count = count + 1
      end
      for _, pair in ipairs(pairs_here) do
        if pair.ck == ck and pair.ik == ik then return false end
      end
      if #pairs_here >= OF_RAND then return false end
      pairs_here[#pairs_here + 1] = { ck = ck, ik = ik, frame = frame }
      return true
    end

    function ring.pairs_of(nonce)
      return known[(nonce or ""):sub(1, KEY)] or {}
    end

    function ring.count()
      return count
    end

    return ring
  end

  return M
end
