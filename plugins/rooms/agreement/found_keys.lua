-- Made from analyzer/agreement/found_keys.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local KEY_OCTETS = import("keys.algorithms").KEY_OCTETS
  local KeyPair = import("keys.keyring").KeyPair
  local Origin = import("keys.keyring").Origin
  local SaEvent = import("agreement.items").SaEvent
  local M = {}

  M._NAMED = regex.compile({groups = 0, names = {}, match = {"split", 5, 13, 0, "at", "start", 0, 0, "jump", 17, 0, 0, "set", "[\009-\013\028- ,]", 0, 0, "set", "[CIci]", 0, 0, "set", "[Kk]", 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "match", 0, 0, 0}, full = {"split", 5, 13, 0, "at", "start", 0, 0, "jump", 17, 0, 0, "set", "[\009-\013\028- ,]", 0, 0, "set", "[CIci]", 0, 0, "set", "[Kk]", 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\009-\013\028- ,CIci]", text = true})

  -- What a challenge says of its own keys; None where it says nothing usable.
  function M.keys_in(message, leg)
    local octets = message:whole_octets("www-authenticate")
    if octets ~= nil then
      local lower = str.lower(octets)
      if not str.contains(lower, "ck") or not str.contains(lower, "ik") then
        return nil
      end
    end
    local any1 = false
    for _, text in py.each(message:texts("www-authenticate")) do
      if M._names_keys(text) then
        any1 = true
        break
      end
    end
    if not any1 then
      return nil
    end
    for _, challenge in py.each(message.challenges) do
      local nonce = challenge.aka_nonce
      local keys = M._keys(challenge)
      if nonce ~= nil and keys ~= nil then
        local origin = Origin.make(leg == "gm" and "gm" or "mw", message.capture, message.frame)
        return SaEvent.make("keys", nil, nonce.rand, KeyPair.make(py.unpack(py.concat(keys, { origin, n = 1 }))))
      end
    end
    return nil
  end

  function M._names_keys(text)
    local lower = str.lower(text)
    return str.contains(lower, "ck") and (str.contains(lower, "ik") and M._NAMED:search(text) ~= nil)
  end

  function M._keys(challenge)
    local ck, ik
    if not pcall(function()
      ck, ik = str.fromhex(challenge.ck or ""), str.fromhex(challenge.ik or "")
    end) then
      return nil
    end
    return #ck == #ik and #ik == KEY_OCTETS and { ck, ik, n = 2 } or nil
  end

  return M
end
