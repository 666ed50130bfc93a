-- Made from analyzer/agreement/meaning.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local ANSWER = import("agreement.states").ANSWER
  local ANSWERED = import("agreement.states").ANSWERED
  local BEGUN = import("agreement.states").BEGUN
  local CHALLENGED = import("agreement.states").CHALLENGED
  local DONE = import("agreement.states").DONE
  local FAILURE = import("agreement.states").FAILURE
  local HEARD = import("agreement.states").HEARD
  local OFFERED = import("agreement.states").OFFERED
  local RETRY = import("agreement.states").RETRY
  local demands_sec_agree = import("agreement.place").demands_sec_agree
  local older = import("agreement.older")
  local server_list = import("agreement.listed").server_list
  local M = {}

  M.RESPONSE = regex.compile({groups = 0, names = {}, match = {"text", "response=\034", 10, 0, "look", 13, 11, 1, "jump", 25, 0, 0, "set", "[^\009-\013 ,]", 0, 0, "text", "response=\034", 10, 0, "match", 0, 0, 0, "set", "[0-9a-f]", 0, 0, "match", 0, 0, 0}, full = {"text", "response=\034", 10, 0, "look", 13, 11, 1, "jump", 25, 0, 0, "set", "[^\009-\013 ,]", 0, 0, "text", "response=\034", 10, 0, "match", 0, 0, 0, "set", "[0-9a-f]", 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "response=\034"})

  M.EMERGENCY = "urn:service:sos"

  M.NOT_NEGOTIATED = py.set({ "ACK", "CANCEL", "PRACK", n = 3 })

  -- A request that has to repeat the list of the server on an agreement (RFC 3329 2.3.1, 2.6).
  function M.has_to_echo(message)
    return not M.NOT_NEGOTIATED:has(message.method) and not str.startswith(str.lower(message.uri), M.EMERGENCY)
  end

  -- A request that offers or demands an agreement, in clear (RFC 3329 2.3.1).
  function M.negotiates(message)
    if message.protection ~= "clear" or M.NOT_NEGOTIATED:has(message.method) then
      return false
    end
    if message.index:has("security-verify") then
      return false
    end
    if message.index:has("security-client") or demands_sec_agree(message) then
      return true
    end
    return older.present(message)
  end

  -- What a request of the same client means to an open run; None: it begins another one.
  function M.request_event(exchange, message)
    local verifies = message.index:has("security-verify")
    if exchange.state == OFFERED then
      if M._reports_failure(exchange.pending, message) then
        return FAILURE
      end
      local follows = M._follows(exchange.pending, message, verifies)
      return follows and ANSWER or nil
    end
    if exchange.state == BEGUN or exchange.state == DONE then
      return nil
    end
    if verifies then
      local value1 = message:first_row("authorization")
      if value1 == "" then
        value1 = message:first_row("proxy-authorization")
      end
      local row = value1
      if M.RESPONSE:search(row) and not str.contains(str.lower(row), "auts") then
        return ANSWER
      end
    end
    local challenge = exchange:message("challenge")
    if (message:value("authorization") or "") ~= "" or (message:value("proxy-authorization") or "") ~= "" then
      local credentials = message.credentials
      if credentials ~= nil and (credentials.nonce or "") ~= "" then
        if credentials.auts ~= nil or (credentials.response or "") == "" then
          return FAILURE
        end
        if M._answers_nonce(challenge, credentials.nonce) then
          return ANSWER
        end
      end
    end
    if verifies or M._echoes_older(exchange, message) then
      return ANSWER
    end
    if challenge ~= nil and ((challenge.code == 421 or challenge.code == 494) and message.protection == "clear") then
      return RETRY
    end
    return nil
  end

  -- An answer in the dialects whose lists all have one header. After 421 and 494 a client that
  function M._echoes_older(exchange, message)
    if not older.present(message) then
      return false
    end
    local server = server_list(exchange)
    local offer = exchange.offer
    if server == nil or offer ~= nil and offer.client ~= nil then
      return true
    end
    local any1 = false
    for _, one in py.each(older.lists_of(message)) do
      if one.source == server.source then
        any1 = true
        break
      end
    end
    return any1
  end

  -- A report about a challenge that was not captured (TS 24.229 5.1.1.5.3).
  function M._reports_failure(pending, request)
    if pending == nil or (request.call_id ~= pending.call_id or request.cseq <= pending.cseq) then
      return false
    end
    local text = request:value("authorization") or ""
    if not str.contains(str.lower(text), "auts") then
      return false
    end
    local credentials = request.credentials
    return credentials ~= nil and ((credentials.nonce or "") ~= "" and credentials.auts ~= nil)
  end

  -- The next request of the client, with a new list, or the response to a nonce that the one
  function M._follows(pending, request, verifies)
    if pending == nil or (request.call_id ~= pending.call_id or request.cseq <= pending.cseq) then
      return false
    end
    if verifies and pending:value("security-verify") ~= request:value("security-verify") then
      return true
    end
    return M._responds_anew(pending, request)
  end

  function M._responds_anew(pending, request)
    for _, header in py.each({ "authorization", "proxy-authorization", n = 2 }) do
      local row = request:first_row(header)
      if M.RESPONSE:search(row) and request:value(header) ~= pending:value(header) then
        local new, old = request.credentials, pending.credentials
        local had = old == nil and "" or old.nonce
        return new ~= nil and ((new.nonce or "") ~= "" and new.nonce ~= had)
      end
    end
    return false
  end

  -- A request of the run once more: the same octets, or the same transaction (RFC 3261 17.1).
  function M.sent_again(exchange, request)
    if request.original ~= nil and exchange:holds(request.original) then
      return true
    end
    local pending = exchange.pending
    return pending ~= nil and M._one_transaction(request, pending)
  end

  -- Two requests of one Call-ID are the same transaction (RFC 3261 17.1.3).
  function M._one_transaction(one, other)
    return one.branch == other.branch and other.branch ~= "" and (one.cseq == other.cseq and one.method == other.method)
  end

  -- A response that the run has had: sent again, or to a request that was sent again.
  function M.repeats(exchange, response)
    if response.original ~= nil and exchange:holds(response.original) then
      return true
    end
    local request = response.request
    if request == nil or request == exchange.pending then
      return false
    end
    local final = request.final
    return final ~= nil and (final ~= response and exchange:holds(final))
  end

  function M._answers_nonce(challenge, nonce)
    if challenge == nil or challenge.challenge == nil then
      return false
    end
    local any1 = false
    for _, one in py.each(challenge.challenges) do
      if one.nonce == nonce then
        any1 = true
        break
      end
    end
    return any1
  end

  -- Whether a response answers the run's pending request, read or not.
  function M.answers_pending(exchange, message)
    local pending = exchange.pending
    if pending ~= nil then
      local request = message.request
      if request ~= nil then
        return pending == request or pending == request.original or M._one_transaction(request, pending)
      end
      return message.cseq == pending.cseq and message.cseq_method == pending.method
    end
    if message.request ~= nil or not M._may_be_answered_unseen(exchange, message) then
      return false
    end
    local challenge = exchange:message("challenge")
    return challenge ~= nil and (message.cseq_method == exchange.method and message.cseq == challenge.cseq + 1)
  end

  -- The answer to the challenge was hidden; or not captured, which a result in ESP shows.
  function M._may_be_answered_unseen(exchange, message)
    if exchange.state == CHALLENGED then
      return message.code >= 200 and message.spi >= 0
    end
    return exchange.state == ANSWERED or exchange.state == HEARD
  end

  -- The address-of-record that a registration is about (RFC 3261 10.2).
  function M.identity(message)
    return message.to_uri
  end

  -- A request for an emergency service, or a REGISTER whose Contact has `sos` (TS 24.229
  function M.is_emergency(message)
    if str.startswith(str.lower(message.uri), M.EMERGENCY) then
      return true
    end
    local value1
    if message.method == "REGISTER" then
      value1 = message:value("contact")
    end
    local contact = value1
    return contact ~= nil and str.contains(str.lower(contact), ";sos")
  end

  return M
end
