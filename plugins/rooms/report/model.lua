-- Made from analyzer/report/model.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  -- A capture (its place in `captures`) and Wireshark's 1-based number in it.
  M.Frame = py.struct("Frame", { "capture", "frame" })

  function M.Frame.make(capture, frame)
    return setmetatable({ capture = capture, frame = frame }, M.Frame)
  end
  py.done(M.Frame)

  -- An address and a port of it.
  M.Endpoint = py.struct("Endpoint", { "address", "port" })

  function M.Endpoint.make(address, port)
    return setmetatable({ address = address, port = port }, M.Endpoint)
  end
  py.done(M.Endpoint)

  -- Who the subscriber and the phone are, as far as the messages say.
  M.Identity = py.struct("Identity", { "impi", "impu", "imsi", "msisdn", "imei", "cell" })

  function M.Identity.make(impi, impu, imsi, msisdn, imei, cell)
    return setmetatable({
      impi = impi,
      impu = impu,
      imsi = imsi,
      msisdn = msisdn,
      imei = imei,
      cell = cell,
    }, M.Identity)
  end
  py.done(M.Identity)

  -- What became of the registration, and how that is known.
  M.Registration = py.struct("Registration", { "state", "code", "reason", "basis", "signs", "duration_ms", "answer" })

  function M.Registration.make(state, code, reason, basis, signs, duration_ms, answer)
    if signs == nil then
      signs = { n = 0 }
    end
    return setmetatable({
      state = state,
      code = code,
      reason = reason,
      basis = basis,
      signs = signs,
      duration_ms = duration_ms,
      answer = answer,
    }, M.Registration)
  end
  py.done(M.Registration)

  -- One element of a Security-* list (RFC 3329 2.2, TS 33.203 Annex H).
  M.Mechanism = py.struct("Mechanism", { "name", "q", "alg", "ealg", "prot", "mod", "spi_c", "spi_s", "port_c", "port_s", "d_alg", "d_qop", "d_ver", "other", "raw", "defects" })

  function M.Mechanism.make(name, q, alg, ealg, prot, mod, spi_c, spi_s, port_c, port_s, d_alg, d_qop, d_ver, other, raw, defects)
    if other == nil then
      other = py.dict()
    end
    if defects == nil then
      defects = { n = 0 }
    end
    return setmetatable({
      name = name,
      q = q,
      alg = alg,
      ealg = ealg,
      prot = prot,
      mod = mod,
      spi_c = spi_c,
      spi_s = spi_s,
      port_c = port_c,
      port_s = port_s,
      d_alg = d_alg,
      d_qop = d_qop,
      d_ver = d_ver,
      other = other,
      raw = raw,
      defects = defects,
    }, M.Mechanism)
  end
  py.done(M.Mechanism)

  -- Two lists compared: L0 identical, L1 equivalent, L2 default-equal, X different.
  M.Comparison = py.struct("Comparison", { "level", "kind", "edit", "against" })

  function M.Comparison.make(level, kind, edit, against)
    return setmetatable({
      level = level,
      kind = kind,
      edit = edit,
      against = against,
    }, M.Comparison)
  end
  py.done(M.Comparison)

  -- One copy of a message, at one tap.
  M.Sighting = py.struct("Sighting", { "capture", "frame", "src", "dst", "encapsulation" })

  function M.Sighting.make(capture, frame, src, dst, encapsulation)
    if encapsulation == nil then
      encapsulation = ""
    end
    return setmetatable({
      capture = capture,
      frame = frame,
      src = src,
      dst = dst,
      encapsulation = encapsulation,
    }, M.Sighting)
  end
  py.done(M.Sighting)

  -- One message of an exchange, or one ESP packet whose role is inferred.
  M.Step = py.struct("Step", { "role", "round", "capture", "frame", "frames", "sightings", "time", "summary", "method", "code", "reason", "src", "dst", "transport", "protection", "spi", "seq", "sa", "length", "leg", "inferred", "via", "marks", "client", "server", "verify", "comparison", "hops", "headers", "text" })

  function M.Step.make(role, round, capture, frame, frames, sightings, time, summary, method, code, reason, src, dst, transport, protection, spi, seq, sa, length, leg, inferred, via, marks, client, server, verify, comparison, hops, headers, text)
    if frames == nil then
      frames = { n = 0 }
    end
    if sightings == nil then
      sightings = { n = 0 }
    end
    if inferred == nil then
      inferred = false
    end
    if marks == nil then
      marks = { n = 0 }
    end
    if client == nil then
      client = { n = 0 }
    end
    if server == nil then
      server = { n = 0 }
    end
    if verify == nil then
      verify = { n = 0 }
    end
    if hops == nil then
      hops = { n = 0 }
    end
    if headers == nil then
      headers = { n = 0 }
    end
    return setmetatable({
      role = role,
      round = round,
      capture = capture,
      frame = frame,
      frames = frames,
      sightings = sightings,
      time = time,
      summary = summary,
      method = method,
      code = code,
      reason = reason,
      src = src,
      dst = dst,
      transport = transport,
      protection = protection,
      spi = spi,
      seq = seq,
      sa = sa,
      length = length,
      leg = leg,
      inferred = inferred,
      via = via,
      marks = marks,
      client = client,
      server = server,
      verify = verify,
      comparison = comparison,
      hops = hops,
      headers = headers,
      text = text,
    }, M.Step)
  end
  py.done(M.Step)

  -- How much of the exchange the captures show.
  M.Coverage = py.struct("Coverage", { "start", "both_directions", "protected_part", "keys", "synthetic", "autn" })

  function M.Coverage.make(start, both_directions, protected_part, keys, synthetic, autn)
    return setmetatable({
      start = start,
      both_directions = both_directions,
      protected_part = protected_part,
      keys = keys,
      synthetic = synthetic,
      autn = autn,
    }, M.Coverage)
  end
  py.done(M.Coverage)

  -- What was seen beside SIP about reachability, folded: one a connection, name, tunnel, error.
  M.Signal = py.struct("Signal", { "kind", "capture", "frame", "time", "detail", "by", "state", "src", "dst", "spi", "tls_version", "tls_cipher", "count" })

  function M.Signal.make(kind, capture, frame, time, detail, by, state, src, dst, spi, tls_version, tls_cipher, count)
    if detail == nil then
      detail = ""
    end
    return setmetatable({
      kind = kind,
      capture = capture,
      frame = frame,
      time = time,
      detail = detail,
      by = by,
      state = state,
      src = src,
      dst = dst,
      spi = spi,
      tls_version = tls_version,
      tls_cipher = tls_cipher,
      count = count,
    }, M.Signal)
  end
  py.done(M.Signal)

  -- One run of the agreement. `method` is that of the request that began it, `under` the
  M.Exchange = py.struct("Exchange", { "id", "key", "dialect", "mediasec", "kind", "method", "call_id", "client", "server", "identity", "user_agent", "server_agent", "registration", "stopped_at", "layer", "outcome", "agreed", "under", "started", "ended", "duration_ms", "steps", "missing", "signals", "coverage", "not_checked", "findings" })

  function M.Exchange.make(id, key, dialect, mediasec, kind, method, call_id, client, server, identity, user_agent, server_agent, registration, stopped_at, layer, outcome, agreed, under, started, ended, duration_ms, steps, missing, signals, coverage, not_checked, findings)
    if identity == nil then
      identity = M.Identity.make()
    end
    if steps == nil then
      steps = { n = 0 }
    end
    if missing == nil then
      missing = { n = 0 }
    end
    if signals == nil then
      signals = { n = 0 }
    end
    if not_checked == nil then
      not_checked = py.dict()
    end
    if findings == nil then
      findings = { n = 0 }
    end
    return setmetatable({
      id = id,
      key = key,
      dialect = dialect,
      mediasec = mediasec,
      kind = kind,
      method = method,
      call_id = call_id,
      client = client,
      server = server,
      identity = identity,
      user_agent = user_agent,
      server_agent = server_agent,
      registration = registration,
      stopped_at = stopped_at,
      layer = layer,
      outcome = outcome,
      agreed = agreed,
      under = under,
      started = started,
      ended = ended,
      duration_ms = duration_ms,
      steps = steps,
      missing = missing,
      signals = signals,
      coverage = coverage,
      not_checked = not_checked,
      findings = findings,
    }, M.Exchange)
  end
  py.done(M.Exchange)

  return M
end
