-- The fields of the protocol `secagree`. Their names are an interface: filters, columns and colour
-- rules of users hang on them. Values are those of the JSON report.

return function()
  local M = {}

  -- name behind `secagree.`, how it is shown, type, what it says
  local TABLE = {
    { "exchange", "Exchange", "string", "Number of the run of the agreement" },
    { "role", "Role", "string", "offer, challenge, verify, result, failure-report, retransmission" },
    { "round", "Round", "uint32", "A second challenge begins a new round" },
    { "inferred", "Inferred", "boolean", "The role of an ESP packet that cannot be read" },
    { "registration", "Registration", "string", "registered, rejected, no-answer, given-up, ..." },
    { "basis", "Basis", "string", "seen, inferred, none" },
    { "outcome", "Outcome", "string", "agreed, rejected, failed, bypassed, not-used, incomplete" },
    { "stopped_at", "Stopped at", "string", "The role that never came" },
    { "layer", "Layer", "string", "What stopped it: reachability, agreement, authentication, ..." },
    { "verdict", "Verdict", "string", "What became of the exchange, in one line" },
    { "kind", "Kind", "string", "initial, reauthentication, refresh, deregistration, ..." },
    { "dialect", "Dialect", "string", "ims, rfc3329, draft-00, draft-01, arkko-00, arkko-01" },
    { "leg", "Leg", "string", "gm, mw, unknown" },
    { "protection", "Protection", "string", "clear, esp, esp-null, tls, ports" },
    { "sa", "SA", "string", "uc>ps, pc>us, us>pc, ps>uc" },
    { "association", "Association", "string", "The four SAs this packet belongs to" },
    { "spi", "SPI", "hex32", "Of the SA this frame travelled on" },
    { "announced", "SPI announced in", "framenum", "Frame whose list names this SPI" },
    { "copy", "Copy", "boolean", "The same octets on the same hop were seen in another frame" },
    { "copy_of", "Copy of", "framenum", "Frame in which they were seen first" },
    { "unanswered", "Unanswered", "boolean", "No answer to this request was captured" },
    { "imsi", "IMSI", "string", "Subscriber" },
    { "offer", "Offer", "request", "Frame of the request that began this round" },
    { "challenge", "Challenge", "response", "Frame of the answer with the server's list" },
    { "verify", "Verify", "request", "Frame of the request that repeats the list" },
    { "result", "Result", "response", "Frame of the final answer" },
    { "delta", "Time since the previous step", "time", "Within the exchange" },
    { "mechanism", "Mechanism", "string", "One element of a list as it stands in the message" },
    { "mechanism.list", "List", "string", "client, server, verify" },
    { "mechanism.name", "Name", "string", "RFC 3329 2.2" },
    { "mechanism.q", "q", "string", "Preference" },
    { "mechanism.alg", "alg", "string", "Integrity algorithm" },
    { "mechanism.ealg", "ealg", "string", "Encryption algorithm" },
    { "mechanism.prot", "prot", "string", "ah, esp" },
    { "mechanism.mod", "mod", "string", "trans, tun, UDP-enc-tun" },
    { "mechanism.spi_c", "spi-c", "hex32", "SPI of the SA to the client port" },
    { "mechanism.spi_s", "spi-s", "hex32", "SPI of the SA to the server port" },
    { "mechanism.port_c", "port-c", "uint32", "Protected client port" },
    { "mechanism.port_s", "port-s", "uint32", "Protected server port" },
    { "mechanism.d_alg", "d-alg", "string", "Digest algorithm" },
    { "mechanism.d_qop", "d-qop", "string", "Digest qop" },
    { "mechanism.d_ver", "d-ver", "string", "Digest of the server's list" },
    { "mechanism.other", "Parameter", "string", "A parameter of another name" },
    { "mechanism.defect", "Defect", "string", "What is wrong with its grammar" },
    { "comparison", "Security-Verify against Security-Server", "string",
      "identical, equivalent, default-equal, different" },
    { "comparison.kind", "Difference", "string", "reordered, subset, changed parameter, ..." },
    { "comparison.edit", "Smallest edit", "string", "From the list of the server to that repeated" },
    { "comparison.against", "Security-Server in", "framenum", "Frame of the server's list" },
    { "comparison.row", "Row", "string", "One element of either list" },
    { "comparison.parameter", "Differing parameter", "string", "Name of the parameter" },
    { "nonce", "Nonce", "string", "Of a challenge of AKA (RFC 3310 3.2)" },
    { "nonce.rand", "RAND", "string", "16 octets in hexadecimal" },
    { "nonce.sqn_ak", "SQN xor AK", "string", "6 octets in hexadecimal" },
    { "nonce.amf", "AMF", "string", "2 octets in hexadecimal (TS 33.102 Annex H)" },
    { "nonce.mac", "MAC", "string", "8 octets in hexadecimal" },
    { "finding", "Finding", "string", "Rule and what it says" },
    { "rule", "Rule", "string", "Id of the rule" },
    { "alarm", "Alarm", "string", "Id of the rule, where what was found has an effect: no note" },
    { "detail", "Detail", "string", "What exactly: the smallest edit, the values" },
    { "severity", "Severity", "string", "critical, error, warning, info" },
    { "effect", "Effect", "string", "explains-outcome, risk, none" },
    { "party", "To act", "string", "ue, pcscf, core, hss, path, capture, unknown" },
    { "expected", "Expected", "string", "What the rule asks for" },
    { "seen", "Seen", "string", "What was there" },
    { "clause", "Clause", "string", "Where it is written" },
    { "cause", "Likely cause", "string", "Why this happens" },
    { "fix", "Fix", "string", "What to do" },
    { "frame", "Frame", "framenum", "A further frame of the finding" },
    { "not_checked", "Not checked", "string", "Why, and which rules" },
    { "pending", "Not read yet", "string", "What this pass cannot tell, and which can" },
    { "lost", "Not taken down", "string", "What did not fit into the bounds of the plugin" },
  } -- luacheck: no max line length

  local MAKERS = {
    string = function(name, label, description)
      return ProtoField.string(name, label, base.NONE, description)
    end,
    boolean = function(name, label, description)
      return ProtoField.bool(name, label, base.NONE, nil, 0, description)
    end,
    uint32 = function(name, label, description)
      return ProtoField.uint32(name, label, base.DEC, nil, 0, description)
    end,
    hex32 = function(name, label, description)
      return ProtoField.uint32(name, label, base.HEX_DEC, nil, 0, description)
    end,
    time = function(name, label, description)
      return ProtoField.relative_time(name, label, description)
    end,
    framenum = function(name, label, description)
      return ProtoField.framenum(name, label, base.NONE, frametype.NONE, 0, description)
    end,
    request = function(name, label, description)
      return ProtoField.framenum(name, label, base.NONE, frametype.REQUEST, 0, description)
    end,
    response = function(name, label, description)
      return ProtoField.framenum(name, label, base.NONE, frametype.RESPONSE, 0, description)
    end,
  }

  M.all = {} -- to be given to the protocol
  M.by_name = {} -- name behind `secagree.` to its ProtoField
  for at, row in ipairs(TABLE) do
    local name, label, kind, description = row[1], row[2], row[3], row[4]
    local field = MAKERS[kind]("secagree." .. name, label, description)
    M.all[at], M.by_name[name] = field, field
  end

  return M
end
