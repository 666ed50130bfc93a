-- The protocol `secagree`: its fields, items of Expert Information and preferences; and what looks
-- at frames for it, where somebody can ask.

return function(import)
  local M = {}
  local asked = import("wireshark.asked")
  local experts = import("wireshark.experts")
  local fields = import("wireshark.fields")
  local preferences = import("wireshark.preferences")

  local protocol = Proto("secagree", "SIP Security Agreement")
  protocol.fields = fields.all
  protocol.experts = experts.all
  preferences.define(protocol)
  if not asked.by_nobody() then
    import("wireshark.watching").start(protocol)
  end
  M.protocol = protocol
  return M
end
