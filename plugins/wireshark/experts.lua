-- Findings in Expert Information: one item a rule and a severity it may have, and one for the rule
-- as a note, which is Chat.

return function(import)
  local M = {}
  local about = import("about")
  local plain = import("wireshark.plain")

  local LEVELS = {
    critical = expert.severity.ERROR,
    error = expert.severity.ERROR,
    warning = expert.severity.WARN,
    info = expert.severity.NOTE,
  }
  local GROUPS = { security = expert.group.SECURITY }

  M.all = {} -- to be given to the protocol
  local by_key = {}

  local function define(rule, level, severity)
    local name = ("secagree.%s.%s"):format(level, rule.id:lower():gsub("[^%w]", "_"))
    local group = GROUPS[rule.class_] or expert.group.PROTOCOL
    local made = ProtoExpert.new(name, plain.shown(rule.id .. " " .. rule.title), group, severity)
    M.all[#M.all + 1] = made
    by_key[level .. " " .. rule.id] = made
  end

  for _, rule in ipairs(about.rules) do
    for level, severity in pairs(LEVELS) do
      define(rule, level, severity)
    end
    define(rule, "note", expert.severity.CHAT)
  end

  -- Attach a finding to its item in the tree.
  function M.attach(item, finding, text)
    local level = finding.effect == "none" and "note" or finding.severity
    local made = by_key[level .. " " .. finding.rule]
    if made then
      item:add_proto_expert_info(made, text)
    end
  end

  return M
end
