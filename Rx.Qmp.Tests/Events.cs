namespace Rx.Qmp.Tests;

/// <summary>Event messages as QEMU writes them.</summary>
internal static class Events
{
    public const string Stop = """{"timestamp": {"seconds": 1700000000, "microseconds": 123456}, "event": "STOP"}""" + "\r\n";

    public static string Named(string name, string data = "{}") =>
        $$$"""{"timestamp": {"seconds": 1700000000, "microseconds": 5}, "event": "{{{name}}}", "data": {{{data}}}}""" + "\r\n";

    public static string At(string seconds, string microseconds) =>
        $$$"""{"timestamp": {"seconds": {{{seconds}}}, "microseconds": {{{microseconds}}}}, "event": "TIMED"}""" + "\r\n";

    public static string DeviceDeleted(string id) =>
        Named("DEVICE_DELETED", $$"""{"device": "{{id}}", "path": "/machine/peripheral/{{id}}"}""");

    public static string Job(string id, string status) =>
        Named("JOB_STATUS_CHANGE", $$"""{"status": "{{status}}", "id": "{{id}}"}""");
}
