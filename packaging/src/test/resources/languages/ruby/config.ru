# A Rack application, as for any server: nothing in it knows of its supervisor.

RELEASE = ENV.fetch("RELEASE_ID")

run lambda { |request|
  well = !(request["PATH_INFO"] == "/health" && File.exist?("sick"))
  body = "release #{RELEASE} worker #{Process.pid}\n"
  [well ? 200 : 503, { "Content-Type" => "text/plain", "Connection" => "close" }, [body]]
}
