-- Made from analyzer/rules/subjects/media.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local State = import("agreement.states").State
  local parse_list = import("agreement.security_list").parse_list
  local M = {}

  -- The first audio stream of an SDP body: transport of its m= line, and its attributes.
  M.Audio = py.struct("Audio", { "transport", "crypto", "e2ae" })

  function M.Audio.make(transport, crypto, e2ae)
    return setmetatable({ transport = transport, crypto = crypto, e2ae = e2ae }, M.Audio)
  end
  py.done(M.Audio)

  -- Facts of a message about its SDP, and about the media mechanisms agreed.
  M.MediaFacts = py.class("MediaFacts")

  function M.MediaFacts.__facts._audio(self)
    local message = self.message
    local kind = str.lower(message:value("content-type") or "")
    if not str.startswith(kind, { "application/sdp", "multipart/", n = 2 }) then
      return nil
    end
    return M.read_audio(message.body)
  end

  function M.MediaFacts.__facts.audio_transport(self)
    local value1
    if self._audio == nil then
      value1 = nil
    else
      value1 = self._audio.transport
    end
    return value1
  end

  function M.MediaFacts.__facts.has_crypto(self)
    return self._audio ~= nil and self._audio.crypto
  end

  function M.MediaFacts.__facts.e2ae(self)
    local value1
    if self._audio == nil then
      value1 = nil
    else
      value1 = self._audio.e2ae
    end
    return value1
  end

  function M.MediaFacts.__facts.media_agreed(self)
    local access = self.place.access
    local value1
    if access == nil then
      value1 = nil
    else
      value1 = access:standing_of(self.message)
    end
    local standing = value1
    if standing == nil then
      return nil
    end
    local offered = M._offered(standing)
    if offered == nil then
      return nil
    end
    local applies = standing.applies
    local value2
    if applies == nil then
      value2 = { n = 0 }
    else
      local list2 = { n = 0 }
      for _, one in py.each(applies.media) do
        if offered:has(one.key) then
          py.append(list2, one.key)
        end
      end
      value2 = list2
    end
    return value2
  end

  function M.MediaFacts.make()
    return setmetatable({}, M.MediaFacts)
  end
  py.done(M.MediaFacts)

  -- The media mechanisms of the client in its last registration; None where none was seen.
  function M._offered(standing)
    local run, past = standing.run, standing.past
    local listed
    if run ~= nil and run.state == State.DONE then
      local offer = run:first("offer")
      local value1
      if offer == nil or offer.place == nil then
        value1 = nil
      else
        value1 = offer.place.client
      end
      listed = value1
    elseif past ~= nil and past.registered then
      listed = past.offered.n > 0 and parse_list(past.offered) or nil
    else
      return nil
    end
    local value2
    if listed == nil then
      value2 = py.set()
    else
      local list2 = { n = 0 }
      for _, one in py.each(listed.media) do
        py.append(list2, one.key)
      end
      value2 = py.set(list2)
    end
    return value2
  end

  -- The first audio stream (RFC 4566 5.14); attributes of the session count for it too.
  function M.read_audio(body)
    local transport = nil
    local crypto = false
    local e2ae = nil
    local session = true
    for _, line in py.each(str.splitlines(str.decode(body))) do
      if str.startswith(line, "m=") then
        session = false
        if transport ~= nil then
          break
        end
        local words = str.split(string.sub(line, 3))
        if words.n > 2 and str.lower(words[1]) == "audio" then
          transport = str.lower(words[3])
        end
      elseif str.startswith(line, "a=") and (session or transport ~= nil) then
        local tuple1 = str.partition(string.sub(line, 3), ":")
        local name, value = tuple1[1], tuple1[3]
        crypto = crypto or str.lower(name) == "crypto"
        if str.lower(name) == "3ge2ae" then
          e2ae = str.lower(str.strip(value))
        end
      end
    end
    local value1
    if transport == nil then
      value1 = nil
    else
      value1 = M.Audio.make(transport, crypto, e2ae)
    end
    return value1
  end

  return M
end
