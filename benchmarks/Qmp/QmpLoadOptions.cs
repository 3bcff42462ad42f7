using System.Globalization;

namespace Rx.Benchmarks.Qmp;

/// <summary>What the load program was asked for.</summary>
/// <param name="Socket">The server's unix socket.</param>
/// <param name="Mode">What to do.</param>
/// <param name="Count">How often.</param>
/// <param name="Depth">Commands under way at a time, where the mode has several.</param>
/// <param name="Inline">True: callers continue on the thread that reads.</param>
/// <param name="Stuck">True: another subscriber, of every event, never comes back from its first.</param>
internal sealed record QmpLoadOptions(string Socket, string Mode, int Count, int Depth, bool Inline, bool Stuck)
{
    public const string Usage =
        "benchmarks qmp --socket PATH --mode seq|async|pipe|events|filtered|schema [--count N] [--depth D] [--inline] [--stuck]";

    public static QmpLoadOptions Parse(string[] args)
    {
        string? socket = null;
        string? mode = null;
        int? count = null;
        var depth = 64;
        var inline = false;
        var stuck = false;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--inline":
                    inline = true;
                    break;
                case "--stuck":
                    stuck = true;
                    break;
                case "--socket" when i + 1 < args.Length:
                    socket = args[++i];
                    break;
                case "--mode" when i + 1 < args.Length:
                    mode = args[++i];
                    break;
                case "--count" when i + 1 < args.Length:
                    count = Number(args[++i], 1_000_000_000, "--count");
                    break;
                case "--depth" when i + 1 < args.Length:
                    depth = Number(args[++i], 64, "--depth");
                    break;
                default:
                    throw new ArgumentException($"{args[i]}: not understood.");
            }
        }

        return new(
            socket ?? throw new ArgumentException("--socket is missing."),
            mode ?? throw new ArgumentException("--mode is missing."),
            count ?? DefaultCount(mode),
            depth,
            inline,
            stuck);
    }

    private static int DefaultCount(string mode) => mode switch
    {
        "seq" or "async" => 200_000,
        "pipe" or "events" or "filtered" => 1_000_000,
        "schema" => 1000,
        _ => throw new ArgumentException($"--mode {mode}: not one of seq, async, pipe, events, filtered, schema."),
    };

    private static int Number(string text, int most, string option) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= most
            ? value
            : throw new ArgumentException($"{option} {text}: not a number from 1 to {most}.");
}
