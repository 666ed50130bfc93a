-- Made from analyzer/sip/transactions.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local Aging = import("sip.aging").Aging
  local limits = import("limits")
  local M = {}

  -- Open transactions of all hops.
  M.Transactions = py.class("Transactions")

  function M.Transactions.make()
    local self = setmetatable({}, M.Transactions)
    self._open = Aging.make(limits.TRANSACTION_LIFE, limits.TRANSACTIONS, nil, limits.TRANSACTIONS_BUFFER)
    self._awaited = Aging.make(limits.FORWARD_WINDOW, limits.TRANSACTIONS, nil, limits.TRANSACTIONS_BUFFER)
    return self
  end

  -- How many entries were lost to the bound.
  function M.Transactions.__get.dropped(self)
    return self._open.dropped + self._awaited.dropped
  end

  -- How near each bound came.
  function M.Transactions.__get.bounds(self)
    return py.dict_of({ { "sip-transactions", self._open.reached, n = 2 }, { "sip-forwards", self._awaited.reached, n = 2 }, n = 2 })
  end

  -- Let the time be `now`; transactions too old to be answered are forgotten.
  function M.Transactions:turn(now)
    self._open:turn(now)
    self._awaited:turn(now)
  end

  -- Set the links between this message (no copy, no retransmission) and earlier ones.
  function M.Transactions:place(message)
    local key = { message.call_id, message.cseq, message.cseq_method, message.branch, n = 4 }
    local peers = self._open:get(key)
    if message.code ~= 0 then
      self:_place_response(message, key, peers)
    else
      self:_place_request(message, key, peers)
    end
  end

  function M.Transactions:_place_request(message, key, peers)
    if peers == nil then
      self._open:put(key, { message, n = 1 }, #message.raw)
    else
      self:_join(message, peers)
      if message.original or message.variant_of then
        return
      end
    end
    if message.method == "ACK" or message.method == "CANCEL" then
      self:_find_invite(message)
    end
    if message.branch ~= "" then
      for _, forwarded in py.each(self._awaited:pop(key) or { n = 0 }) do
        if M._other_hop(message, forwarded) then
          M._link(message, forwarded)
        end
      end
    end
    if message.via_count > 1 then
      self:_find_source(message)
    end
  end

  -- Take a request in beside earlier ones with the same key.
  function M.Transactions:_join(message, peers)
    for position, peer in py.each_from_zero(peers) do
      if peer.src == message.src and (peer.dst == message.dst and peer.is_request) then
        if M._repeats(message, peer) then
          return
        end
        peers[position + 1] = message
        return
      end
      if not peer.is_request and (peer.request == nil and M._early(peer, message)) then
        M._answer(message, peer)
      end
    end
    py.append(peers, message)
    py.delete_slice(peers, nil, -limits.REPEATS)
  end

  function M.Transactions:_find_invite(message)
    local key = { message.call_id, message.cseq, "INVITE", message.branch, n = 4 }
    for _, peer in py.each(self._open:get(key) or { n = 0 }) do
      if peer.is_request and (peer.src == message.src and peer.dst == message.dst) then
        message.request = peer
      end
    end
  end

  -- Link to the request it was made from, on the nearest hop that was captured.
  function M.Transactions:_find_source(message)
    if message.source ~= nil then
      return
    end
    local branches = py.slice(message.branches, 1, limits.REPEATS)
    local key
    for _, branch in py.each(branches) do
      key = { message.call_id, message.cseq, message.cseq_method, branch, n = 4 }
      for _, peer in py.each(branch ~= "" and (self._open:get(key) or { n = 0 }) or { n = 0 }) do
        if peer.is_request and M._other_hop(peer, message) then
          M._link(peer, message)
          return
        end
      end
    end
    if branches[1] ~= "" then
      key = { message.call_id, message.cseq, message.cseq_method, branches[1], n = 4 }
      local waiting = self._awaited:get(key)
      if waiting == nil then
        self._awaited:put(key, { message, n = 1 }, #message.raw)
      elseif waiting.n < limits.REPEATS then
        py.append(waiting, message)
      end
    end
  end

  function M.Transactions:_place_response(message, key, peers)
    for _, peer in py.each(peers or { n = 0 }) do
      if peer.is_request then
        if peer.src == message.dst and peer.dst == message.src then
          M._answer(peer, message)
          return
        end
      elseif peer.code == message.code and (peer.src == message.src and peer.dst == message.dst) then
        M._repeats(message, peer)
        return
      end
    end
    if peers == nil then
      self._open:put(key, { message, n = 1 }, #message.raw)
    elseif peers.n < limits.REPEATS then
      py.append(peers, message)
    end
  end
  py.done(M.Transactions)

  -- Whether it answers a request that comes after it: by a clock that is not quite right.
  function M._early(response, request)
    if response.src ~= request.dst or response.dst ~= request.src then
      return false
    end
    return request.time - response.time <= limits.RESIDUAL
  end

  function M._answer(request, response)
    response.request = request
    local answers = request.answers
    local earlier = answers:get(response.code)
    if earlier ~= nil then
      M._repeats(response, earlier)
      return
    end
    answers:set(response.code, response)
    if response.code >= 200 then
      if request.final == nil then
        request.final = response
      end
    elseif request.provisional == nil then
      request.provisional = response
    end
    if response.code == 100 then
      return
    end
    if request.source ~= nil then
      local returned = request.source.answers:get(response.code)
      if returned ~= nil then
        M._link(response, returned)
      end
    end
    if request.forward ~= nil then
      local arrived = request.forward.answers:get(response.code)
      if arrived ~= nil then
        M._link(arrived, response)
      end
    end
  end

  -- Whether this is `earlier` again, at another tap with other octets or on other ports.
  function M._repeats(message, earlier)
    if message.raw == earlier.raw then
      message.original = earlier.original or earlier
      return true
    end
    local here = { message.line, message.interface, message.path, n = 3 }
    local there = { earlier.line, earlier.interface, earlier.path, n = 3 }
    local same_packet = message.ip_id > 0 and message.ip_id == earlier.ip_id
    local window = same_packet and limits.CLOCKS_APART or limits.COPY_WINDOW
    if not py.equal(here, there) and math.abs(message.time - earlier.time) <= window then
      message.variant_of = earlier.variant_of or earlier
      return true
    end
    return false
  end

  -- Two hops differ in an address or a port, and follow each other within the window.
  function M._other_hop(one, other)
    if math.abs(one.time - other.time) > limits.FORWARD_WINDOW then
      return false
    end
    return not py.equal({ one.src, one.dst, one.sport, one.dport, n = 4 }, { other.src, other.dst, other.sport, other.dport, n = 4 })
  end

  -- The first forward stays (a fork has several); a message has one source.
  function M._link(source, forward)
    if forward.source == nil then
      forward.source = source
      if source.forward == nil then
        source.forward = forward
      end
    end
  end

  return M
end
