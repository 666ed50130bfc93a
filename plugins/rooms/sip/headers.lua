-- Made from analyzer/sip/headers.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local Layouts = import("layouts").Layouts
  local limits = import("limits")
  local M = {}

  M.LF = 10

  M.CR = 13

  M.QUOTE = 34

  M.COMMA = 44

  M.SPAN_BITS = 17

  M.SPAN_MASK = 131071

  M.COMPACT = py.dict_of({
    { "a", "accept-contact", n = 2 }, { "b", "referred-by", n = 2 },
    { "c", "content-type", n = 2 }, { "d", "request-disposition", n = 2 },
    { "e", "content-encoding", n = 2 }, { "f", "from", n = 2 }, { "i", "call-id", n = 2 },
    { "j", "reject-contact", n = 2 }, { "k", "supported", n = 2 },
    { "l", "content-length", n = 2 }, { "m", "contact", n = 2 },
    { "n", "identity-info", n = 2 }, { "o", "event", n = 2 }, { "r", "refer-to", n = 2 },
    { "s", "subject", n = 2 }, { "t", "to", n = 2 }, { "u", "allow-events", n = 2 },
    { "v", "via", n = 2 }, { "x", "session-expires", n = 2 }, { "y", "identity", n = 2 },
    n = 20,
  })

  M._USUAL = "\nAccept Accept-Contact Accept-Encoding Accept-Language Access-Network-Info Alert-Info Allow\nAllow-Events Authentication-Info Authorization Call-ID Call-Info Cellular-Network-Info Contact\nContent-Disposition Content-Encoding Content-Language Content-Length Content-Type CSeq Date\nError-Info Event Expires Feature-Caps From Geolocation Geolocation-Routing History-Info\nIn-Reply-To Max-Breadth Max-Forwards MIME-Version Min-Expires Min-SE Organization\nP-Access-Network-Info P-Asserted-Identity P-Asserted-Service P-Associated-URI P-Called-Party-ID\nP-Charging-Function-Addresses P-Charging-Vector P-Early-Media P-Preferred-Identity\nP-Preferred-Service P-Profile-Key P-Served-User P-User-Database P-Visited-Network-ID Path Priority\nPrivacy Proxy-Authenticate Proxy-Authorization Proxy-Require RAck Reason Record-Route Refer-To\nReferred-By Replaces Require Resource-Priority Retry-After Route RSeq Security-Client\nSecurity-Mechanism Security-Method Security-Server Security-Verify Server Service-Route\nSession-Expires Session-ID SIP-ETag SIP-If-Match Subject Subscription-State Supported Timestamp To\nUnsupported User-Agent Via Warning\nWWW-Authenticate\n"

  M.SPELLED = py.dict_of({
    { "accept", "Accept", n = 2 }, { "accept-contact", "Accept-Contact", n = 2 },
    { "accept-encoding", "Accept-Encoding", n = 2 },
    { "accept-language", "Accept-Language", n = 2 },
    { "access-network-info", "Access-Network-Info", n = 2 },
    { "alert-info", "Alert-Info", n = 2 }, { "allow", "Allow", n = 2 },
    { "allow-events", "Allow-Events", n = 2 },
    { "authentication-info", "Authentication-Info", n = 2 },
    { "authorization", "Authorization", n = 2 }, { "call-id", "Call-ID", n = 2 },
    { "call-info", "Call-Info", n = 2 },
    { "cellular-network-info", "Cellular-Network-Info", n = 2 },
    { "contact", "Contact", n = 2 },
    { "content-disposition", "Content-Disposition", n = 2 },
    { "content-encoding", "Content-Encoding", n = 2 },
    { "content-language", "Content-Language", n = 2 },
    { "content-length", "Content-Length", n = 2 },
    { "content-type", "Content-Type", n = 2 }, { "cseq", "CSeq", n = 2 },
    { "date", "Date", n = 2 }, { "error-info", "Error-Info", n = 2 },
    { "event", "Event", n = 2 }, { "expires", "Expires", n = 2 },
    { "feature-caps", "Feature-Caps", n = 2 }, { "from", "From", n = 2 },
    { "geolocation", "Geolocation", n = 2 },
    { "geolocation-routing", "Geolocation-Routing", n = 2 },
    { "history-info", "History-Info", n = 2 }, { "in-reply-to", "In-Reply-To", n = 2 },
    { "max-breadth", "Max-Breadth", n = 2 }, { "max-forwards", "Max-Forwards", n = 2 },
    { "mime-version", "MIME-Version", n = 2 }, { "min-expires", "Min-Expires", n = 2 },
    { "min-se", "Min-SE", n = 2 }, { "organization", "Organization", n = 2 },
    { "p-access-network-info", "P-Access-Network-Info", n = 2 },
    { "p-asserted-identity", "P-Asserted-Identity", n = 2 },
    { "p-asserted-service", "P-Asserted-Service", n = 2 },
    { "p-associated-uri", "P-Associated-URI", n = 2 },
    { "p-called-party-id", "P-Called-Party-ID", n = 2 },
    { "p-charging-function-addresses", "P-Charging-Function-Addresses", n = 2 },
    { "p-charging-vector", "P-Charging-Vector", n = 2 },
    { "p-early-media", "P-Early-Media", n = 2 },
    { "p-preferred-identity", "P-Preferred-Identity", n = 2 },
    { "p-preferred-service", "P-Preferred-Service", n = 2 },
    { "p-profile-key", "P-Profile-Key", n = 2 },
    { "p-served-user", "P-Served-User", n = 2 },
    { "p-user-database", "P-User-Database", n = 2 },
    { "p-visited-network-id", "P-Visited-Network-ID", n = 2 }, { "path", "Path", n = 2 },
    { "priority", "Priority", n = 2 }, { "privacy", "Privacy", n = 2 },
    { "proxy-authenticate", "Proxy-Authenticate", n = 2 },
    { "proxy-authorization", "Proxy-Authorization", n = 2 },
    { "proxy-require", "Proxy-Require", n = 2 }, { "rack", "RAck", n = 2 },
    { "reason", "Reason", n = 2 }, { "record-route", "Record-Route", n = 2 },
    { "refer-to", "Refer-To", n = 2 }, { "referred-by", "Referred-By", n = 2 },
    { "replaces", "Replaces", n = 2 }, { "require", "Require", n = 2 },
    { "resource-priority", "Resource-Priority", n = 2 },
    { "retry-after", "Retry-After", n = 2 }, { "route", "Route", n = 2 },
    { "rseq", "RSeq", n = 2 }, { "security-client", "Security-Client", n = 2 },
    { "security-mechanism", "Security-Mechanism", n = 2 },
    { "security-method", "Security-Method", n = 2 },
    { "security-server", "Security-Server", n = 2 },
    { "security-verify", "Security-Verify", n = 2 }, { "server", "Server", n = 2 },
    { "service-route", "Service-Route", n = 2 },
    { "session-expires", "Session-Expires", n = 2 }, { "session-id", "Session-ID", n = 2 },
    { "sip-etag", "SIP-ETag", n = 2 }, { "sip-if-match", "SIP-If-Match", n = 2 },
    { "subject", "Subject", n = 2 }, { "subscription-state", "Subscription-State", n = 2 },
    { "supported", "Supported", n = 2 }, { "timestamp", "Timestamp", n = 2 },
    { "to", "To", n = 2 }, { "unsupported", "Unsupported", n = 2 },
    { "user-agent", "User-Agent", n = 2 }, { "via", "Via", n = 2 },
    { "warning", "Warning", n = 2 }, { "www-authenticate", "WWW-Authenticate", n = 2 },
    n = 88,
  })

  M.NAMES = py.set({
    "accept", "accept-contact", "accept-encoding", "accept-language",
    "access-network-info", "alert-info", "allow", "allow-events", "authentication-info",
    "authorization", "call-id", "call-info", "cellular-network-info", "contact",
    "content-disposition", "content-encoding", "content-language", "content-length",
    "content-type", "cseq", "date", "error-info", "event", "expires", "feature-caps",
    "from", "geolocation", "geolocation-routing", "history-info", "in-reply-to",
    "max-breadth", "max-forwards", "mime-version", "min-expires", "min-se", "organization",
    "p-access-network-info", "p-asserted-identity", "p-asserted-service",
    "p-associated-uri", "p-called-party-id", "p-charging-function-addresses",
    "p-charging-vector", "p-early-media", "p-preferred-identity", "p-preferred-service",
    "p-profile-key", "p-served-user", "p-user-database", "p-visited-network-id", "path",
    "priority", "privacy", "proxy-authenticate", "proxy-authorization", "proxy-require",
    "rack", "reason", "record-route", "refer-to", "referred-by", "replaces", "require",
    "resource-priority", "retry-after", "route", "rseq", "security-client",
    "security-mechanism", "security-method", "security-server", "security-verify",
    "server", "service-route", "session-expires", "session-id", "sip-etag", "sip-if-match",
    "subject", "subscription-state", "supported", "timestamp", "to", "unsupported",
    "user-agent", "via", "warning", "www-authenticate",
    n = 88,
  })

  M._KNOWN = py.dict_of({
    { "Accept", "accept", n = 2 }, { "accept", "accept", n = 2 },
    { "ACCEPT", "accept", n = 2 }, { "Accept-Contact", "accept-contact", n = 2 },
    { "accept-contact", "accept-contact", n = 2 },
    { "ACCEPT-CONTACT", "accept-contact", n = 2 },
    { "Accept-contact", "accept-contact", n = 2 },
    { "Accept-Encoding", "accept-encoding", n = 2 },
    { "accept-encoding", "accept-encoding", n = 2 },
    { "ACCEPT-ENCODING", "accept-encoding", n = 2 },
    { "Accept-encoding", "accept-encoding", n = 2 },
    { "Accept-Language", "accept-language", n = 2 },
    { "accept-language", "accept-language", n = 2 },
    { "ACCEPT-LANGUAGE", "accept-language", n = 2 },
    { "Accept-language", "accept-language", n = 2 },
    { "Access-Network-Info", "access-network-info", n = 2 },
    { "access-network-info", "access-network-info", n = 2 },
    { "ACCESS-NETWORK-INFO", "access-network-info", n = 2 },
    { "Access-network-info", "access-network-info", n = 2 },
    { "Alert-Info", "alert-info", n = 2 }, { "alert-info", "alert-info", n = 2 },
    { "ALERT-INFO", "alert-info", n = 2 }, { "Alert-info", "alert-info", n = 2 },
    { "Allow", "allow", n = 2 }, { "allow", "allow", n = 2 }, { "ALLOW", "allow", n = 2 },
    { "Allow-Events", "allow-events", n = 2 }, { "allow-events", "allow-events", n = 2 },
    { "ALLOW-EVENTS", "allow-events", n = 2 }, { "Allow-events", "allow-events", n = 2 },
    { "Authentication-Info", "authentication-info", n = 2 },
    { "authentication-info", "authentication-info", n = 2 },
    { "AUTHENTICATION-INFO", "authentication-info", n = 2 },
    { "Authentication-info", "authentication-info", n = 2 },
    { "Authorization", "authorization", n = 2 },
    { "authorization", "authorization", n = 2 },
    { "AUTHORIZATION", "authorization", n = 2 }, { "Call-ID", "call-id", n = 2 },
    { "call-id", "call-id", n = 2 }, { "CALL-ID", "call-id", n = 2 },
    { "Call-Id", "call-id", n = 2 }, { "Call-id", "call-id", n = 2 },
    { "Call-Info", "call-info", n = 2 }, { "call-info", "call-info", n = 2 },
    { "CALL-INFO", "call-info", n = 2 }, { "Call-info", "call-info", n = 2 },
    { "Cellular-Network-Info", "cellular-network-info", n = 2 },
    { "cellular-network-info", "cellular-network-info", n = 2 },
    { "CELLULAR-NETWORK-INFO", "cellular-network-info", n = 2 },
    { "Cellular-network-info", "cellular-network-info", n = 2 },
    { "Contact", "contact", n = 2 }, { "contact", "contact", n = 2 },
    { "CONTACT", "contact", n = 2 },
    { "Content-Disposition", "content-disposition", n = 2 },
    { "content-disposition", "content-disposition", n = 2 },
    { "CONTENT-DISPOSITION", "content-disposition", n = 2 },
    { "Content-disposition", "content-disposition", n = 2 },
    { "Content-Encoding", "content-encoding", n = 2 },
    { "content-encoding", "content-encoding", n = 2 },
    { "CONTENT-ENCODING", "content-encoding", n = 2 },
    { "Content-encoding", "content-encoding", n = 2 },
    { "Content-Language", "content-language", n = 2 },
    { "content-language", "content-language", n = 2 },
    { "CONTENT-LANGUAGE", "content-language", n = 2 },
    { "Content-language", "content-language", n = 2 },
    { "Content-Length", "content-length", n = 2 },
    { "content-length", "content-length", n = 2 },
    { "CONTENT-LENGTH", "content-length", n = 2 },
    { "Content-length", "content-length", n = 2 },
    { "Content-Type", "content-type", n = 2 }, { "content-type", "content-type", n = 2 },
    { "CONTENT-TYPE", "content-type", n = 2 }, { "Content-type", "content-type", n = 2 },
    { "CSeq", "cseq", n = 2 }, { "cseq", "cseq", n = 2 }, { "CSEQ", "cseq", n = 2 },
    { "Cseq", "cseq", n = 2 }, { "Date", "date", n = 2 }, { "date", "date", n = 2 },
    { "DATE", "date", n = 2 }, { "Error-Info", "error-info", n = 2 },
    { "error-info", "error-info", n = 2 }, { "ERROR-INFO", "error-info", n = 2 },
    { "Error-info", "error-info", n = 2 }, { "Event", "event", n = 2 },
    { "event", "event", n = 2 }, { "EVENT", "event", n = 2 },
    { "Expires", "expires", n = 2 }, { "expires", "expires", n = 2 },
    { "EXPIRES", "expires", n = 2 }, { "Feature-Caps", "feature-caps", n = 2 },
    { "feature-caps", "feature-caps", n = 2 }, { "FEATURE-CAPS", "feature-caps", n = 2 },
    { "Feature-caps", "feature-caps", n = 2 }, { "From", "from", n = 2 },
    { "from", "from", n = 2 }, { "FROM", "from", n = 2 },
    { "Geolocation", "geolocation", n = 2 }, { "geolocation", "geolocation", n = 2 },
    { "GEOLOCATION", "geolocation", n = 2 },
    { "Geolocation-Routing", "geolocation-routing", n = 2 },
    { "geolocation-routing", "geolocation-routing", n = 2 },
    { "GEOLOCATION-ROUTING", "geolocation-routing", n = 2 },
    { "Geolocation-routing", "geolocation-routing", n = 2 },
    { "History-Info", "history-info", n = 2 }, { "history-info", "history-info", n = 2 },
    { "HISTORY-INFO", "history-info", n = 2 }, { "History-info", "history-info", n = 2 },
    { "In-Reply-To", "in-reply-to", n = 2 }, { "in-reply-to", "in-reply-to", n = 2 },
    { "IN-REPLY-TO", "in-reply-to", n = 2 }, { "In-reply-to", "in-reply-to", n = 2 },
    { "Max-Breadth", "max-breadth", n = 2 }, { "max-breadth", "max-breadth", n = 2 },
    { "MAX-BREADTH", "max-breadth", n = 2 }, { "Max-breadth", "max-breadth", n = 2 },
    { "Max-Forwards", "max-forwards", n = 2 }, { "max-forwards", "max-forwards", n = 2 },
    { "MAX-FORWARDS", "max-forwards", n = 2 }, { "Max-forwards", "max-forwards", n = 2 },
    { "MIME-Version", "mime-version", n = 2 }, { "mime-version", "mime-version", n = 2 },
    { "MIME-VERSION", "mime-version", n = 2 }, { "Mime-Version", "mime-version", n = 2 },
    { "Mime-version", "mime-version", n = 2 }, { "Min-Expires", "min-expires", n = 2 },
    { "min-expires", "min-expires", n = 2 }, { "MIN-EXPIRES", "min-expires", n = 2 },
    { "Min-expires", "min-expires", n = 2 }, { "Min-SE", "min-se", n = 2 },
    { "min-se", "min-se", n = 2 }, { "MIN-SE", "min-se", n = 2 },
    { "Min-Se", "min-se", n = 2 }, { "Min-se", "min-se", n = 2 },
    { "Organization", "organization", n = 2 }, { "organization", "organization", n = 2 },
    { "ORGANIZATION", "organization", n = 2 },
    { "P-Access-Network-Info", "p-access-network-info", n = 2 },
    { "p-access-network-info", "p-access-network-info", n = 2 },
    { "P-ACCESS-NETWORK-INFO", "p-access-network-info", n = 2 },
    { "P-access-network-info", "p-access-network-info", n = 2 },
    { "P-Asserted-Identity", "p-asserted-identity", n = 2 },
    { "p-asserted-identity", "p-asserted-identity", n = 2 },
    { "P-ASSERTED-IDENTITY", "p-asserted-identity", n = 2 },
    { "P-asserted-identity", "p-asserted-identity", n = 2 },
    { "P-Asserted-Service", "p-asserted-service", n = 2 },
    { "p-asserted-service", "p-asserted-service", n = 2 },
    { "P-ASSERTED-SERVICE", "p-asserted-service", n = 2 },
    { "P-asserted-service", "p-asserted-service", n = 2 },
    { "P-Associated-URI", "p-associated-uri", n = 2 },
    { "p-associated-uri", "p-associated-uri", n = 2 },
    { "P-ASSOCIATED-URI", "p-associated-uri", n = 2 },
    { "P-Associated-Uri", "p-associated-uri", n = 2 },
    { "P-associated-uri", "p-associated-uri", n = 2 },
    { "P-Called-Party-ID", "p-called-party-id", n = 2 },
    { "p-called-party-id", "p-called-party-id", n = 2 },
    { "P-CALLED-PARTY-ID", "p-called-party-id", n = 2 },
    { "P-Called-Party-Id", "p-called-party-id", n = 2 },
    { "P-called-party-id", "p-called-party-id", n = 2 },
    { "P-Charging-Function-Addresses", "p-charging-function-addresses", n = 2 },
    { "p-charging-function-addresses", "p-charging-function-addresses", n = 2 },
    { "P-CHARGING-FUNCTION-ADDRESSES", "p-charging-function-addresses", n = 2 },
    { "P-charging-function-addresses", "p-charging-function-addresses", n = 2 },
    { "P-Charging-Vector", "p-charging-vector", n = 2 },
    { "p-charging-vector", "p-charging-vector", n = 2 },
    { "P-CHARGING-VECTOR", "p-charging-vector", n = 2 },
    { "P-charging-vector", "p-charging-vector", n = 2 },
    { "P-Early-Media", "p-early-media", n = 2 },
    { "p-early-media", "p-early-media", n = 2 },
    { "P-EARLY-MEDIA", "p-early-media", n = 2 },
    { "P-early-media", "p-early-media", n = 2 },
    { "P-Preferred-Identity", "p-preferred-identity", n = 2 },
    { "p-preferred-identity", "p-preferred-identity", n = 2 },
    { "P-PREFERRED-IDENTITY", "p-preferred-identity", n = 2 },
    { "P-preferred-identity", "p-preferred-identity", n = 2 },
    { "P-Preferred-Service", "p-preferred-service", n = 2 },
    { "p-preferred-service", "p-preferred-service", n = 2 },
    { "P-PREFERRED-SERVICE", "p-preferred-service", n = 2 },
    { "P-preferred-service", "p-preferred-service", n = 2 },
    { "P-Profile-Key", "p-profile-key", n = 2 },
    { "p-profile-key", "p-profile-key", n = 2 },
    { "P-PROFILE-KEY", "p-profile-key", n = 2 },
    { "P-profile-key", "p-profile-key", n = 2 },
    { "P-Served-User", "p-served-user", n = 2 },
    { "p-served-user", "p-served-user", n = 2 },
    { "P-SERVED-USER", "p-served-user", n = 2 },
    { "P-served-user", "p-served-user", n = 2 },
    { "P-User-Database", "p-user-database", n = 2 },
    { "p-user-database", "p-user-database", n = 2 },
    { "P-USER-DATABASE", "p-user-database", n = 2 },
    { "P-user-database", "p-user-database", n = 2 },
    { "P-Visited-Network-ID", "p-visited-network-id", n = 2 },
    { "p-visited-network-id", "p-visited-network-id", n = 2 },
    { "P-VISITED-NETWORK-ID", "p-visited-network-id", n = 2 },
    { "P-Visited-Network-Id", "p-visited-network-id", n = 2 },
    { "P-visited-network-id", "p-visited-network-id", n = 2 }, { "Path", "path", n = 2 },
    { "path", "path", n = 2 }, { "PATH", "path", n = 2 },
    { "Priority", "priority", n = 2 }, { "priority", "priority", n = 2 },
    { "PRIORITY", "priority", n = 2 }, { "Privacy", "privacy", n = 2 },
    { "privacy", "privacy", n = 2 }, { "PRIVACY", "privacy", n = 2 },
    { "Proxy-Authenticate", "proxy-authenticate", n = 2 },
    { "proxy-authenticate", "proxy-authenticate", n = 2 },
    { "PROXY-AUTHENTICATE", "proxy-authenticate", n = 2 },
    { "Proxy-authenticate", "proxy-authenticate", n = 2 },
    { "Proxy-Authorization", "proxy-authorization", n = 2 },
    { "proxy-authorization", "proxy-authorization", n = 2 },
    { "PROXY-AUTHORIZATION", "proxy-authorization", n = 2 },
    { "Proxy-authorization", "proxy-authorization", n = 2 },
    { "Proxy-Require", "proxy-require", n = 2 },
    { "proxy-require", "proxy-require", n = 2 },
    { "PROXY-REQUIRE", "proxy-require", n = 2 },
    { "Proxy-require", "proxy-require", n = 2 }, { "RAck", "rack", n = 2 },
    { "rack", "rack", n = 2 }, { "RACK", "rack", n = 2 }, { "Rack", "rack", n = 2 },
    { "Reason", "reason", n = 2 }, { "reason", "reason", n = 2 },
    { "REASON", "reason", n = 2 }, { "Record-Route", "record-route", n = 2 },
    { "record-route", "record-route", n = 2 }, { "RECORD-ROUTE", "record-route", n = 2 },
    { "Record-route", "record-route", n = 2 }, { "Refer-To", "refer-to", n = 2 },
    { "refer-to", "refer-to", n = 2 }, { "REFER-TO", "refer-to", n = 2 },
    { "Refer-to", "refer-to", n = 2 }, { "Referred-By", "referred-by", n = 2 },
    { "referred-by", "referred-by", n = 2 }, { "REFERRED-BY", "referred-by", n = 2 },
    { "Referred-by", "referred-by", n = 2 }, { "Replaces", "replaces", n = 2 },
    { "replaces", "replaces", n = 2 }, { "REPLACES", "replaces", n = 2 },
    { "Require", "require", n = 2 }, { "require", "require", n = 2 },
    { "REQUIRE", "require", n = 2 }, { "Resource-Priority", "resource-priority", n = 2 },
    { "resource-priority", "resource-priority", n = 2 },
    { "RESOURCE-PRIORITY", "resource-priority", n = 2 },
    { "Resource-priority", "resource-priority", n = 2 },
    { "Retry-After", "retry-after", n = 2 }, { "retry-after", "retry-after", n = 2 },
    { "RETRY-AFTER", "retry-after", n = 2 }, { "Retry-after", "retry-after", n = 2 },
    { "Route", "route", n = 2 }, { "route", "route", n = 2 }, { "ROUTE", "route", n = 2 },
    { "RSeq", "rseq", n = 2 }, { "rseq", "rseq", n = 2 }, { "RSEQ", "rseq", n = 2 },
    { "Rseq", "rseq", n = 2 }, { "Security-Client", "security-client", n = 2 },
    { "security-client", "security-client", n = 2 },
    { "SECURITY-CLIENT", "security-client", n = 2 },
    { "Security-client", "security-client", n = 2 },
    { "Security-Mechanism", "security-mechanism", n = 2 },
    { "security-mechanism", "security-mechanism", n = 2 },
    { "SECURITY-MECHANISM", "security-mechanism", n = 2 },
    { "Security-mechanism", "security-mechanism", n = 2 },
    { "Security-Method", "security-method", n = 2 },
    { "security-method", "security-method", n = 2 },
    { "SECURITY-METHOD", "security-method", n = 2 },
    { "Security-method", "security-method", n = 2 },
    { "Security-Server", "security-server", n = 2 },
    { "security-server", "security-server", n = 2 },
    { "SECURITY-SERVER", "security-server", n = 2 },
    { "Security-server", "security-server", n = 2 },
    { "Security-Verify", "security-verify", n = 2 },
    { "security-verify", "security-verify", n = 2 },
    { "SECURITY-VERIFY", "security-verify", n = 2 },
    { "Security-verify", "security-verify", n = 2 }, { "Server", "server", n = 2 },
    { "server", "server", n = 2 }, { "SERVER", "server", n = 2 },
    { "Service-Route", "service-route", n = 2 },
    { "service-route", "service-route", n = 2 },
    { "SERVICE-ROUTE", "service-route", n = 2 },
    { "Service-route", "service-route", n = 2 },
    { "Session-Expires", "session-expires", n = 2 },
    { "session-expires", "session-expires", n = 2 },
    { "SESSION-EXPIRES", "session-expires", n = 2 },
    { "Session-expires", "session-expires", n = 2 }, { "Session-ID", "session-id", n = 2 },
    { "session-id", "session-id", n = 2 }, { "SESSION-ID", "session-id", n = 2 },
    { "Session-Id", "session-id", n = 2 }, { "Session-id", "session-id", n = 2 },
    { "SIP-ETag", "sip-etag", n = 2 }, { "sip-etag", "sip-etag", n = 2 },
    { "SIP-ETAG", "sip-etag", n = 2 }, { "Sip-Etag", "sip-etag", n = 2 },
    { "Sip-etag", "sip-etag", n = 2 }, { "SIP-If-Match", "sip-if-match", n = 2 },
    { "sip-if-match", "sip-if-match", n = 2 }, { "SIP-IF-MATCH", "sip-if-match", n = 2 },
    { "Sip-If-Match", "sip-if-match", n = 2 }, { "Sip-if-match", "sip-if-match", n = 2 },
    { "Subject", "subject", n = 2 }, { "subject", "subject", n = 2 },
    { "SUBJECT", "subject", n = 2 }, { "Subscription-State", "subscription-state", n = 2 },
    { "subscription-state", "subscription-state", n = 2 },
    { "SUBSCRIPTION-STATE", "subscription-state", n = 2 },
    { "Subscription-state", "subscription-state", n = 2 },
    { "Supported", "supported", n = 2 }, { "supported", "supported", n = 2 },
    { "SUPPORTED", "supported", n = 2 }, { "Timestamp", "timestamp", n = 2 },
    { "timestamp", "timestamp", n = 2 }, { "TIMESTAMP", "timestamp", n = 2 },
    { "To", "to", n = 2 }, { "to", "to", n = 2 }, { "TO", "to", n = 2 },
    { "Unsupported", "unsupported", n = 2 }, { "unsupported", "unsupported", n = 2 },
    { "UNSUPPORTED", "unsupported", n = 2 }, { "User-Agent", "user-agent", n = 2 },
    { "user-agent", "user-agent", n = 2 }, { "USER-AGENT", "user-agent", n = 2 },
    { "User-agent", "user-agent", n = 2 }, { "Via", "via", n = 2 },
    { "via", "via", n = 2 }, { "VIA", "via", n = 2 }, { "Warning", "warning", n = 2 },
    { "warning", "warning", n = 2 }, { "WARNING", "warning", n = 2 },
    { "WWW-Authenticate", "www-authenticate", n = 2 },
    { "www-authenticate", "www-authenticate", n = 2 },
    { "WWW-AUTHENTICATE", "www-authenticate", n = 2 },
    { "Www-Authenticate", "www-authenticate", n = 2 },
    { "Www-authenticate", "www-authenticate", n = 2 }, { "a", "accept-contact", n = 2 },
    { "A", "accept-contact", n = 2 }, { "b", "referred-by", n = 2 },
    { "B", "referred-by", n = 2 }, { "c", "content-type", n = 2 },
    { "C", "content-type", n = 2 }, { "d", "request-disposition", n = 2 },
    { "D", "request-disposition", n = 2 }, { "e", "content-encoding", n = 2 },
    { "E", "content-encoding", n = 2 }, { "f", "from", n = 2 }, { "F", "from", n = 2 },
    { "i", "call-id", n = 2 }, { "I", "call-id", n = 2 }, { "j", "reject-contact", n = 2 },
    { "J", "reject-contact", n = 2 }, { "k", "supported", n = 2 },
    { "K", "supported", n = 2 }, { "l", "content-length", n = 2 },
    { "L", "content-length", n = 2 }, { "m", "contact", n = 2 }, { "M", "contact", n = 2 },
    { "n", "identity-info", n = 2 }, { "N", "identity-info", n = 2 },
    { "o", "event", n = 2 }, { "O", "event", n = 2 }, { "r", "refer-to", n = 2 },
    { "R", "refer-to", n = 2 }, { "s", "subject", n = 2 }, { "S", "subject", n = 2 },
    { "t", "to", n = 2 }, { "T", "to", n = 2 }, { "u", "allow-events", n = 2 },
    { "U", "allow-events", n = 2 }, { "v", "via", n = 2 }, { "V", "via", n = 2 },
    { "x", "session-expires", n = 2 }, { "X", "session-expires", n = 2 },
    { "y", "identity", n = 2 }, { "Y", "identity", n = 2 },
    n = 377,
  })

  M._METHOD_NAMES = "\nACK BYE CANCEL INFO INVITE MESSAGE NOTIFY OPTIONS PRACK PUBLISH REFER REGISTER SUBSCRIBE UPDATE\n"

  M.METHODS = py.dict_of({
    { "ACK", "ACK", n = 2 }, { "BYE", "BYE", n = 2 }, { "CANCEL", "CANCEL", n = 2 },
    { "INFO", "INFO", n = 2 }, { "INVITE", "INVITE", n = 2 },
    { "MESSAGE", "MESSAGE", n = 2 }, { "NOTIFY", "NOTIFY", n = 2 },
    { "OPTIONS", "OPTIONS", n = 2 }, { "PRACK", "PRACK", n = 2 },
    { "PUBLISH", "PUBLISH", n = 2 }, { "REFER", "REFER", n = 2 },
    { "REGISTER", "REGISTER", n = 2 }, { "SUBSCRIBE", "SUBSCRIBE", n = 2 },
    { "UPDATE", "UPDATE", n = 2 },
    n = 14,
  })

  M._TOKEN = regex.compile({groups = 0, names = {}, match = {"span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "match", 0, 0, 0}, full = {"span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[!%%'%*%+%-%.0-9A-Z_-z~]", skip = "^[!%%'%*%+%-%.0-9A-Z_-z~]*"})

  M._ROW_VALUE = regex.compile({groups = 0, names = {}, match = {"char", 58, 0, 0, "span", "^[^\010]*", 0, 0, "match", 0, 0, 0}, full = {"char", 58, 0, 0, "span", "^[^\010]*", 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = ":"})

  M._BLANK_LINE = regex.compile({groups = 0, names = {}, match = {"text", "\013\010\013\010", 4, 0, "match", 0, 0, 0}, full = {"text", "\013\010\013\010", 4, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "\013\010\013\010"})

  M._HEAD_END = regex.compile({groups = 0, names = {}, match = {"char", 10, 0, 0, "few", "[\013]", 0, 1, "char", 10, 0, 0, "match", 0, 0, 0}, full = {"char", 10, 0, 0, "few", "[\013]", 0, 1, "char", 10, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "\010"})

  M._ESCAPE = regex.compile({groups = 1, names = {}, match = {"char", 92, 0, 0, "save", 2, 0, 0, "set", "[%z\001-\255]", 0, 0, "save", 3, 1, 0, "match", 0, 0, 0}, full = {"char", 92, 0, 0, "save", 2, 0, 0, "set", "[%z\001-\255]", 0, 0, "save", 3, 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "\092", text = true})

  M._QUOTED = "\"[^\"\\\\]*(?:\\\\.[^\"\\\\]*)*\\\\?\"?"

  M._BRACKETED = "<[^>\"]*(?:\"[^\"\\\\]*(?:\\\\.[^\"\\\\]*)*\\\\?\"?[^>\"]*)*>?"

  M._SEPARATORS = py.dict_of({
    { ",", regex.compile({groups = 1, names = {}, match = {"split", 5, 21, 0, "save", 2, 0, 0, "char", 44, 0, 0, "save", 3, 1, 0, "jump", 125, 0, 0, "split", 25, 65, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "split", 37, 53, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "jump", 33, 0, 0, "few", "[\092]", 0, 1, "few", "[\034]", 0, 1, "jump", 125, 0, 0, "char", 60, 0, 0, "span", "^[^\034>]*", 0, 0, "split", 77, 121, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "split", 89, 105, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "jump", 85, 0, 0, "few", "[\092]", 0, 1, "few", "[\034]", 0, 1, "span", "^[^\034>]*", 0, 0, "jump", 73, 0, 0, "few", "[>]", 0, 1, "match", 0, 0, 0}, full = {"split", 5, 21, 0, "save", 2, 0, 0, "char", 44, 0, 0, "save", 3, 1, 0, "jump", 125, 0, 0, "split", 25, 65, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "split", 37, 53, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "jump", 33, 0, 0, "few", "[\092]", 0, 1, "few", "[\034]", 0, 1, "jump", 125, 0, 0, "char", 60, 0, 0, "span", "^[^\034>]*", 0, 0, "split", 77, 121, 0, "char", 34, 0, 0, "greedy", "^[^\034\092]*", 0, 0, "split", 89, 105, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "greedy", "^[^\034\092]*", 0, 0, "jump", 85, 0, 0, "fewer", "[\092]", 0, 1, "fewer", "[\034]", 0, 1, "span", "^[^\034>]*", 0, 0, "jump", 73, 0, 0, "few", "[>]", 0, 1, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\034,<]", text = true}), n = 2 },
    { ";", regex.compile({groups = 1, names = {}, match = {"split", 5, 21, 0, "save", 2, 0, 0, "char", 59, 0, 0, "save", 3, 1, 0, "jump", 125, 0, 0, "split", 25, 65, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "split", 37, 53, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "jump", 33, 0, 0, "few", "[\092]", 0, 1, "few", "[\034]", 0, 1, "jump", 125, 0, 0, "char", 60, 0, 0, "span", "^[^\034>]*", 0, 0, "split", 77, 121, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "split", 89, 105, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "jump", 85, 0, 0, "few", "[\092]", 0, 1, "few", "[\034]", 0, 1, "span", "^[^\034>]*", 0, 0, "jump", 73, 0, 0, "few", "[>]", 0, 1, "match", 0, 0, 0}, full = {"split", 5, 21, 0, "save", 2, 0, 0, "char", 59, 0, 0, "save", 3, 1, 0, "jump", 125, 0, 0, "split", 25, 65, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "split", 37, 53, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "jump", 33, 0, 0, "few", "[\092]", 0, 1, "few", "[\034]", 0, 1, "jump", 125, 0, 0, "char", 60, 0, 0, "span", "^[^\034>]*", 0, 0, "split", 77, 121, 0, "char", 34, 0, 0, "greedy", "^[^\034\092]*", 0, 0, "split", 89, 105, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "greedy", "^[^\034\092]*", 0, 0, "jump", 85, 0, 0, "fewer", "[\092]", 0, 1, "fewer", "[\034]", 0, 1, "span", "^[^\034>]*", 0, 0, "jump", 73, 0, 0, "few", "[>]", 0, 1, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\034;<]", text = true}), n = 2 },
    n = 2,
  })

  -- A Request-Line (`method`, `uri`) or a Status-Line (`code`, `reason`; `method` empty).
  M.StartLine = py.struct("StartLine", { "method", "uri", "code", "reason", "defects" })

  function M.StartLine.make(method, uri, code, reason, defects)
    if defects == nil then
      defects = { n = 0 }
    end
    return setmetatable({
      method = method,
      uri = uri,
      code = code,
      reason = reason,
      defects = defects,
    }, M.StartLine)
  end
  py.done(M.StartLine)

  -- Start line and header rows; `body_start` lies behind the blank line.
  M.Head = py.struct("Head", { "start", "index", "lines", "spans", "body_start", "defects" })

  function M.Head.make(start, index, lines, spans, body_start, defects)
    return setmetatable({
      start = start,
      index = index,
      lines = lines,
      spans = spans,
      body_start = body_start,
      defects = defects,
    }, M.Head)
  end
  py.done(M.Head)

  -- What heads with the same names in the same order have in common: `rows` is their count.
  M._Layout = py.struct("_Layout", { "index", "rows" })

  function M._Layout.make(index, rows)
    return setmetatable({ index = index, rows = rows }, M._Layout)
  end
  py.done(M._Layout)

  -- UTF-8 text; octets that are none stay visible as `\xNN`.
  function M.decode(octets)
    return str.decode(octets)
  end

  -- Read a start line given without its line end; None where it is none (RFC 3261 7.1, 7.2).
  function M.parse_start_line(line)
    if str.startswith(line, "SIP/2.0 ") then
      return M._status_line(line)
    end
    local stripped = str.rstrip(line, " \t\r")
    if not str.endswith(stripped, { " SIP/2.0", "\tSIP/2.0", n = 2 }) then
      return nil
    end
    local tuple1 = str.partition(stripped, " ")
    local octets, rest = tuple1[1], tuple1[3]
    local method = M.METHODS:get(octets)
    if method == nil then
      if not M._TOKEN:fullmatch(octets) then
        return nil
      end
      method = octets
    end
    local written = string.sub(rest, 1, -9)
    local uri = str.strip(written, " \t")
    if uri == "" then
      return nil
    end
    local odd = stripped ~= line or (uri ~= written or (str.contains(uri, " ") or str.contains(uri, "\t")))
    return M.StartLine.make(method, M.decode(uri), 0, "", odd and { "start-line-space", n = 1 } or { n = 0 })
  end

  M._start_line = py.remembered(limits.READINGS, limits.READING, M.parse_start_line)

  M._LAYOUTS = Layouts.make()

  function M._status_line(line)
    local rest = str.lstrip(string.sub(line, 9), " \t")
    local digits = string.sub(rest, 1, 3)
    if #digits ~= 3 or (not str.isdigit(digits) or string.byte(digits, 1) == 48) then
      return nil
    end
    if #rest > 3 and not str.has_octet(" \t\r", string.byte(rest, 4)) then
      return nil
    end
    local odd = #rest ~= #line - 8 or #rest < 4
    local reason = M.decode(str.strip(string.sub(rest, 4), " \t\r"))
    return M.StartLine.make("", "", tonumber(digits, 10), reason, odd and { "start-line-space", n = 1 } or { n = 0 })
  end

  -- Offset behind the blank line that ends the head, searched from `start`; -1 without one.
  function M.head_end(data, start)
    if start == nil then
      start = 0
    end
    local found = M._HEAD_END:search(data, start)
    return found and found:end_() or -1
  end

  -- Read start line and rows of a message that starts at offset 0; None if it is not SIP.
  function M.parse_head(raw, cut)
    if cut == nil then
      cut = false
    end
    local line_end = str.find(raw, "\n", 0, limits.MESSAGE)
    if line_end <= 0 then
      return nil
    end
    local ends_in_cr = string.byte(raw, line_end - 1 + 1) == M.CR
    local start = M._start_line(ends_in_cr and str.slice(raw, nil, line_end - 1) or str.slice(raw, nil, line_end))
    if start == nil then
      return nil
    end
    if ends_in_cr then
      local found = M._LAYOUTS:read(start.method, start.code, raw, line_end + 1)
      if found ~= nil then
        local index, lines, body_start = found[1], found[2], found[3]
        return M.Head.make(start, index, lines, nil, body_start, start.defects)
      end
      local head = M._usual_head(raw, start, line_end + 1)
      if head ~= nil then
        return head
      end
    end
    return M._odd_head(raw, start, line_end + 1, cut)
  end

  -- The head whose rows end in CRLF and are not folded; None where anything is odd.
  function M._usual_head(raw, start, position)
    local blank = M._BLANK_LINE:search(raw, position - 1, limits.MESSAGE)
    if blank == nil then
      return nil
    end
    local end_ = blank:start()
    local count = str.split(str.slice(raw, position, end_), "\r\n", limits.HEADER_ROWS).n
    local names = M.row_names(str.slice(raw, position, end_ + 1))
    local layout = M._layout(names)
    if layout == nil or layout.rows ~= count then
      return nil
    end
    M._LAYOUTS:meet(start.method, start.code, names, layout.index)
    local lines = M.row_lines(raw, end_ + 4)
    return M.Head.make(start, layout.index, lines, nil, end_ + 4, start.defects)
  end

  M.row_names = import("usual").row_names

  -- The layout of a usual head by its `row_names`; None where it is not usual after all.
  M._layout = py.remembered(limits.READINGS, limits.READING, function(names)
    local list1 = { n = 0 }
    for _, name in py.each(str.split(names, "\n")) do
      local value1 = M._KNOWN:get(name)
      if (value1 or "") == "" then
        value1 = M._full_name(name)
      end
      py.append(list1, value1)
    end
    local keys = list1
    local value2
    if py.contains(keys) then
      value2 = nil
    else
      value2 = M._Layout.make(M._indexed(keys), keys.n)
    end
    return value2
  end)

  -- The numbers of the rows by their names; rows without one have None.
  function M._indexed(keys)
    local found = py.dict()
    for row, key in py.each(keys) do
      if key ~= nil then
        py.append(found:setdefault(key, { n = 0 }), row)
      end
    end
    local dict1 = py.dict()
    for key, rows in found:pairs() do
      dict1:set(key, py.list(rows))
    end
    return dict1
  end

  -- The lower-case full name of an unusual row; None where it is no name, or a folded line.
  function M._full_name(octets)
    local value1 = string.sub(octets, 1, 1)
    if value1 == " " or value1 == "\t" then
      return nil
    end
    octets = str.rstrip(octets, " \t")
    if not M._TOKEN:fullmatch(octets) then
      return nil
    end
    local value2 = M._KNOWN:get(octets)
    if (value2 or "") == "" then
      value2 = M.full_name(octets)
    end
    return value2
  end

  -- Read rows that may be folded (RFC 3261 7.3.1), end in a bare LF, or be none at all.
  function M._odd_head(raw, start, position, cut)
    local defects = py.fromkeys(start.defects)
    local body_start = M.head_end(raw, position - 1)
    if body_start < 0 then
      body_start = math.min(#raw, limits.MESSAGE)
      if cut then
        body_start = str.rfind(raw, "\n", 0, body_start) + 1
      else
        defects:set("no-blank-line", nil)
      end
    end
    local starts = { n = 0 }
    local ends = { n = 0 }
    for _, line in py.each(str.split(str.slice(raw, position, body_start), "\n")) do
      local end_ = position + #line
      if str.endswith(line, "\r") then
        end_ = end_ - 1
      elseif end_ < body_start then
        defects:set("bare-lf", nil)
      end
      if end_ > position and str.has_octet(" \t", string.byte(line, 1)) then
        if starts.n > 0 then
          ends[ends.n] = end_
        else
          defects:set("fold-without-header", nil)
        end
      elseif end_ > position then
        if starts.n == limits.HEADER_ROWS then
          defects:set("too-many-rows", nil)
          break
        end
        py.append(starts, position)
        py.append(ends, end_)
      end
      position = position + (#line + 1)
    end
    local list1 = { n = 0 }
    for _, item1 in py.each(py.zip(starts, ends)) do
      local begin, end_ = item1[1], item1[2]
      py.append(list1, py.bor(py.lshift(begin, M.SPAN_BITS), end_))
    end
    local spans = list1
    local lines = M.row_lines(raw, body_start, spans)
    local list2 = { n = 0 }
    for _, line in py.each(py.slice(lines, 1)) do
      py.append(list2, M._odd_name(line, defects))
    end
    local index = M._indexed(list2)
    return M.Head.make(start, index, lines, spans, body_start, py.list(defects))
  end

  function M._odd_name(line, defects)
    local tuple1 = str.partition(line, ":")
    local name, colon = tuple1[1], tuple1[2]
    if colon == "" then
      defects:set("line-without-colon", nil)
      return nil
    end
    local found = M._full_name(name)
    if found == nil then
      defects:set("bad-header-name", nil)
    end
    return found
  end

  -- The rows of a head that was read before, given its `Head.spans`; nothing has the number 0.
  function M.row_lines(raw, body_start, spans)
    if spans == nil then
      return py.concat({ "", n = 1 }, str.split(str.slice(raw, str.find(raw, "\n") + 1, body_start - 3), "\n"))
    end
    local list1 = { n = 0 }
    for _, span in py.each(spans) do
      py.append(list1, str.slice(raw, py.rshift(span, M.SPAN_BITS), py.band(span, M.SPAN_MASK)))
    end
    return py.concat({ "", n = 1 }, list1)
  end

  -- The packed spans of the rows of a usual head (see `Head.spans`).
  function M.row_spans(raw, body_start)
    local position = str.find(raw, "\n") + 1
    local spans = { n = 0 }
    for _, line in py.each(py.slice(M.row_lines(raw, body_start), 1)) do
      local end_ = position + #line - 1
      py.append(spans, py.bor(py.lshift(position, M.SPAN_BITS), end_))
      position = end_ + 2
    end
    return spans
  end

  -- The name rows are indexed under: lower case, compact forms written out.
  function M.full_name(name)
    name = str.lower(name)
    return M.COMPACT:get(name, name)
  end

  -- Text of a row's value: trimmed, each fold one SP (RFC 3261 7.3.1).
  function M.unfold(octets)
    if str.has_octet(octets, M.LF) then
      local list1 = { n = 0 }
      for _, part in py.each(str.split(octets, "\n")) do
        py.append(list1, str.strip(part, " \t\r"))
      end
      octets = str.join(" ", list1)
    end
    return M.decode(str.strip(octets, " \t\r"))
  end

  -- Text of a row's value, given the whole row.
  function M.row_text(line)
    local octets = str.partition(line, ":")[3]
    if str.has_octet(line, M.LF) then
      return M.unfold(octets)
    end
    return str.decode(str.strip(octets, " \t\r"))
  end

  -- Split at a separator (`,` or `;`) outside quotes and angle brackets; parts are trimmed.
  function M.split_outside(text, separator)
    if not str.contains(text, "\"") and not str.contains(text, "<") then
      local list1 = { n = 0 }
      for _, part in py.each(str.split(text, separator)) do
        py.append(list1, str.strip(part))
      end
      return list1
    end
    local parts = { n = 0 }
    local start = 0
    for _, found in py.each(M._SEPARATORS:get(separator):finditer(text)) do
      if py.truth(found:group(1)) then
        py.append(parts, str.strip(str.slice(text, start, found:start())))
        start = found:end_()
      end
    end
    py.append(parts, str.strip(str.slice(text, start)))
    return parts
  end

  -- The comma-separated values of one row (RFC 3261 7.3.1); empty ones are left out.
  function M.split_values(text)
    if not str.contains(text, ",") then
      return text ~= "" and { text, n = 1 } or { n = 0 }
    end
    local list1 = { n = 0 }
    for _, part in py.each(M.split_outside(text, ",")) do
      if part ~= "" then
        py.append(list1, part)
      end
    end
    return list1
  end

  -- `name=value` parts to a map with lower-case names; the first of a repeated name holds.
  function M.parameters(parts)
    local found = py.dict()
    for _, part in py.each(parts) do
      local tuple1 = str.partition(part, "=")
      local name, value = tuple1[1], tuple1[3]
      value = str.strip(value)
      found:setdefault(str.lower(str.strip(name)), str.contains(value, "\"") and M.unquote(value) or value)
    end
    return found
  end

  -- The content of a quoted-string (RFC 3261 25.1), else the text itself.
  function M.unquote(text)
    if #text < 2 or (string.sub(text, 1, 1) ~= "\"" or string.sub(text, -1, -1) ~= "\"") then
      return text
    end
    local inner = string.sub(text, 2, -2)
    return str.contains(inner, "\\") and M._ESCAPE:sub("\\1", inner) or inner
  end

  return M
end
