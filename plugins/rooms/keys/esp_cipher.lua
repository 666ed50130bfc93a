-- Made from analyzer/keys/esp_cipher.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  -- Keys of ESP for one SA, with the algorithms that they are for (sec-agree names).
  M.EspKey = py.struct("EspKey", { "alg", "ealg", "integrity_key", "cipher_key", "origin", "variant", "icv" })

  function M.EspKey.make(alg, ealg, integrity_key, cipher_key, origin, variant, icv)
    if variant == nil then
      variant = ""
    end
    if icv == nil then
      icv = -1
    end
    return setmetatable({
      alg = alg,
      ealg = ealg,
      integrity_key = integrity_key,
      cipher_key = cipher_key,
      origin = origin,
      variant = variant,
      icv = icv,
    }, M.EspKey)
  end

  -- Whether a packet can prove it: by its ICV, or by the tag of AES-GCM.
  function M.EspKey.__get.proves(self)
    return self.icv < 0 and (self.alg ~= "null" or self.ealg == "aes-gcm")
  end
  py.done(M.EspKey)

  return M
end
