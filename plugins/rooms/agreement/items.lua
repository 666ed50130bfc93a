-- Made from analyzer/agreement/items.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local Exchange = import("agreement.exchange").Exchange
  local START = import("agreement.order").START
  local M = {}

  -- A set came to life or died, or keys were found; the conductor applies it to the `SaTable`.
  M.SaEvent = py.struct("SaEvent", { "kind", "sas", "rand", "keys" })

  function M.SaEvent.make(kind, sas, rand, keys)
    if sas == nil then
      sas = { n = 0 }
    end
    if rand == nil then
      rand = ""
    end
    return setmetatable({ kind = kind, sas = sas, rand = rand, keys = keys }, M.SaEvent)
  end
  py.done(M.SaEvent)

  -- A message outside every exchange.
  M.Loose = py.struct("Loose", { "place", "order" })

  function M.Loose.make(place, order)
    if order == nil then
      order = START
    end
    return setmetatable({ place = place, order = order }, M.Loose)
  end
  py.done(M.Loose)

  -- A request outside every exchange, with its final response on the same hop.
  M.LooseTransaction = py.struct("LooseTransaction", { "request", "response", "order" })

  function M.LooseTransaction.make(request, response, order)
    if order == nil then
      order = START
    end
    return setmetatable({
      request = request,
      response = response,
      order = order,
    }, M.LooseTransaction)
  end
  py.done(M.LooseTransaction)

  -- One dialog that a request opened: the tags of both sides (RFC 3261 12), with the last
  M.Dialog = py.struct("Dialog", { "tags", "code", "frame", "delay" })

  function M.Dialog.make(tags, code, frame, delay)
    return setmetatable({ tags = tags, code = code, frame = frame, delay = delay }, M.Dialog)
  end
  py.done(M.Dialog)

  -- One later request on an agreement (times in nanoseconds; `code` 0: no answer seen).
  M.Request = py.struct("Request", { "time", "capture", "frame", "method", "sa", "protection", "code", "answer", "delay", "tries", "from_client", "due", "provisional", "call_id", "in_dialog", "dialog", "dialogs", "transport" })

  function M.Request.make(time, capture, frame, method, sa, protection, code, answer, delay, tries, from_client, due, provisional, call_id, in_dialog, dialog, dialogs, transport)
    if code == nil then
      code = 0
    end
    if answer == nil then
      answer = { -1, -1, n = 2 }
    end
    if delay == nil then
      delay = 0
    end
    if tries == nil then
      tries = 1
    end
    if from_client == nil then
      from_client = true
    end
    if due == nil then
      due = true
    end
    if provisional == nil then
      provisional = 0
    end
    if call_id == nil then
      call_id = ""
    end
    if in_dialog == nil then
      in_dialog = false
    end
    if dialog == nil then
      dialog = py.set()
    end
    if dialogs == nil then
      dialogs = { n = 0 }
    end
    if transport == nil then
      transport = ""
    end
    return setmetatable({
      time = time,
      capture = capture,
      frame = frame,
      method = method,
      sa = sa,
      protection = protection,
      code = code,
      answer = answer,
      delay = delay,
      tries = tries,
      from_client = from_client,
      due = due,
      provisional = provisional,
      call_id = call_id,
      in_dialog = in_dialog,
      dialog = dialog,
      dialogs = dialogs,
      transport = transport,
    }, M.Request)
  end
  py.done(M.Request)

  -- What an exchange settled, with the set it owns and the requests that followed.
  M.Agreement = py.struct("Agreement", { "number", "exchange", "mechanism", "created", "access", "association", "established", "ended", "end_reason", "expires", "renewed", "seen_until", "capture", "traffic", "born", "order" })

  function M.Agreement.make(number, exchange, mechanism, created, access, association, established, ended, end_reason, expires, renewed, seen_until, capture, traffic, born, order)
    if end_reason == nil then
      end_reason = ""
    end
    if renewed == nil then
      renewed = 0
    end
    if seen_until == nil then
      seen_until = 0
    end
    if capture == nil then
      capture = 0
    end
    if traffic == nil then
      traffic = { n = 0 }
    end
    if born == nil then
      born = START
    end
    if order == nil then
      order = START
    end
    return setmetatable({
      number = number,
      exchange = exchange,
      mechanism = mechanism,
      created = created,
      access = access,
      association = association,
      established = established,
      ended = ended,
      end_reason = end_reason,
      expires = expires,
      renewed = renewed,
      seen_until = seen_until,
      capture = capture,
      traffic = traffic,
      born = born,
      order = order,
    }, M.Agreement)
  end
  py.done(M.Agreement)

  -- ESP between two ends of an Access whose SPI no readable list announced.
  M.StrayFlow = py.struct("StrayFlow", { "access", "flow", "sealed", "exchange", "order" })

  function M.StrayFlow.make(access, flow, sealed, exchange, order)
    if order == nil then
      order = START
    end
    return setmetatable({
      access = access,
      flow = flow,
      sealed = sealed,
      exchange = exchange,
      order = order,
    }, M.StrayFlow)
  end
  py.done(M.StrayFlow)

  -- Cut the links between the messages of what was judged, so that they are freed at once.
  function M.release(item)
    if py.isinstance(item, Exchange) then
      if item.association ~= nil then
        item.association:slim()
      end
      for _, step in py.each(item.steps) do
        if step.place ~= nil then
          M._let_go(step.place)
        end
      end
      for _, place in py.each(item.far) do
        M._let_go(place)
      end
    elseif py.isinstance(item, M.Loose) then
      M._let_go(item.place)
    elseif py.isinstance(item, M.LooseTransaction) then
      M._let_go(item.request)
      M._let_go(item.response)
    end
  end

  function M._let_go(place)
    place.exchange = nil
    local message = place.message
    message.request = nil
    message.final = nil
    message.provisional = nil
    message.forward = nil
    message.source = nil
    message:slim()
  end

  return M
end
