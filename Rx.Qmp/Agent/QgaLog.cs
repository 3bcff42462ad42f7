using Serilog;

namespace Rx.Qmp.Agent;

/// <summary>Log lines of the guest agent's client. No arguments and no replies: they may hold secrets.</summary>
internal static class QgaLog
{
    public static void Ready(ILogger log, string endpoint) => log.Information("Guest agent found at {Endpoint}", endpoint);
}
