-- CK and IK in a Multimedia-Auth-Answer of Cx (TS 29.229 6.1.4), as Wireshark's Diameter reads it.

return function()
  local M = {}

  local function extractor(name)
    local made, field = pcall(Field.new, name)
    return made and field or function() end
  end

  local authenticate = extractor("diameter.3GPP-SIP-Authenticate") -- RAND and AUTN
  local confidentiality = extractor("diameter.Confidentiality-Key")
  local integrity = extractor("diameter.Integrity-Key")

  local function octets(info)
    return info and info.value:raw() or ""
  end

  -- The vectors of this frame: a list of { rand, ck, ik }; where an item lacks one of the three,
  -- which key belongs to which is not known, and none is taken.
  function M.vectors()
    local nonces, cks, iks = { authenticate() }, { confidentiality() }, { integrity() }
    local found = {}
    if #nonces ~= #cks or #cks ~= #iks then return found end
    for place, nonce in ipairs(nonces) do
      found[place] = { rand = octets(nonce):sub(1, 16), ck = octets(cks[place]), ik = octets(iks[place]) }
    end
    return found
  end

  return M
end
