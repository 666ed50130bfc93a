-- Made from analyzer/flows/tls.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local M = {}

  M.VERSIONS = py.dict_of({
    { 768, "SSL 3.0", n = 2 }, { 769, "TLS 1.0", n = 2 }, { 770, "TLS 1.1", n = 2 },
    { 771, "TLS 1.2", n = 2 }, { 772, "TLS 1.3", n = 2 },
    n = 5,
  })

  M.ALERTS = py.dict_of({
    { 0, "close_notify", n = 2 }, { 10, "unexpected_message", n = 2 },
    { 20, "bad_record_mac", n = 2 }, { 40, "handshake_failure", n = 2 },
    { 42, "bad_certificate", n = 2 }, { 43, "unsupported_certificate", n = 2 },
    { 44, "certificate_revoked", n = 2 }, { 45, "certificate_expired", n = 2 },
    { 46, "certificate_unknown", n = 2 }, { 47, "illegal_parameter", n = 2 },
    { 48, "unknown_ca", n = 2 }, { 49, "access_denied", n = 2 },
    { 50, "decode_error", n = 2 }, { 51, "decrypt_error", n = 2 },
    { 70, "protocol_version", n = 2 }, { 71, "insufficient_security", n = 2 },
    { 80, "internal_error", n = 2 }, { 86, "inappropriate_fallback", n = 2 },
    { 90, "user_canceled", n = 2 }, { 100, "no_renegotiation", n = 2 },
    { 109, "missing_extension", n = 2 }, { 110, "unsupported_extension", n = 2 },
    { 112, "unrecognized_name", n = 2 }, { 115, "unknown_psk_identity", n = 2 },
    { 116, "certificate_required", n = 2 }, { 120, "no_application_protocol", n = 2 },
    n = 26,
  })

  -- `TLS 1.2`; the number of one that has no name.
  function M.version_name(version)
    return M.VERSIONS:get(version, "TLS 0x" .. str.format(version, "04x"))
  end

  return M
end
