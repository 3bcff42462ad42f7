using System.Collections.Immutable;
using System.Globalization;
using Rx.Vm.Testing.Simulation;

namespace Rx.Vm.Testing;

/// <summary>The programs of a simulated guest: enough of the usual ones to try a runtime with.</summary>
public static class SimulatedPrograms
{
    /// <summary>
    /// <c>true false echo printf cat sleep env printenv pwd id hostname sh</c>. <c>sh</c> takes <c>-c</c> and knows <c>; &amp;&amp; ||</c>,
    /// quotes, variables, <c>$?</c>, <c>&gt;&amp;2</c>, <c>exit</c>, <c>cd</c>, <c>export</c>, <c>exec</c>; anything else is a syntax
    /// error,
    /// exit code 2.
    /// </summary>
    public static ImmutableDictionary<string, SimulatedProgram> Default { get; } = new Dictionary<string, SimulatedProgram>
    {
        ["true"] = static _ => [],
        ["false"] = static _ => [SimulatedStep.Exit(1)],
        ["echo"] = Echo,
        ["printf"] = Printf,
        ["cat"] = Cat,
        ["sleep"] = Sleep,
        ["env"] = Env,
        ["printenv"] = PrintEnv,
        ["pwd"] = static call => [SimulatedStep.Print($"{call.Workdir}\n")],
        ["id"] = Id,
        ["hostname"] = static call => [SimulatedStep.Print($"{call.Hostname}\n")],
        ["sh"] = Shell.Run,
    }.ToImmutableDictionary(StringComparer.Ordinal);

    private static IEnumerable<SimulatedStep> Echo(SimulatedCall call)
    {
        var words = call.Arguments.AsEnumerable().Skip(1);
        var isBare = call.Arguments is [_, "-n", ..];
        if (!isBare && call.Arguments is [_, ['-', 'e' or 'E' or 'n', ..], ..])
        {
            yield return SimulatedStep.PrintError($"echo: '{call.Arguments[1]}' is not simulated\n");
            yield return SimulatedStep.Exit(2);
            yield break;
        }

        yield return SimulatedStep.Print(string.Join(' ', isBare ? words.Skip(1) : words) + (isBare ? "" : "\n"));
    }

    // The format only: three escapes, no conversions.
    private static IEnumerable<SimulatedStep> Printf(SimulatedCall call)
    {
        if (call.Arguments.Length < 2)
        {
            yield return SimulatedStep.PrintError("printf: FORMAT is missing\n");
            yield return SimulatedStep.Exit(1);
            yield break;
        }

        var text = call.Arguments[1].Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal)
            .Replace("\\r", "\r", StringComparison.Ordinal);
        if (text.AsSpan().ContainsAny('%', '\\') || call.Arguments.Length > 2)
        {
            yield return SimulatedStep.PrintError("printf: conversions and arguments are not simulated\n");
            yield return SimulatedStep.Exit(2);
            yield break;
        }

        yield return SimulatedStep.Print(text);
    }

    private static IEnumerable<SimulatedStep> Cat(SimulatedCall call)
    {
        if (call.Arguments.Length > 1 && call.Arguments[1] != "-")
        {
            yield return SimulatedStep.PrintError($"cat: {call.Arguments[1]}: No such file or directory\n");
            yield return SimulatedStep.Exit(1);
            yield break;
        }

        while (true)
        {
            yield return SimulatedStep.Read;
            if (call.Input.IsEmpty)
            {
                yield break;
            }

            yield return SimulatedStep.Print(call.Input);
        }
    }

    private static IEnumerable<SimulatedStep> Sleep(SimulatedCall call)
    {
        var text = call.Arguments.Length == 2 ? call.Arguments[1] : "";
        if (text is "inf" or "infinity")
        {
            yield return SimulatedStep.Sleep(Timeout.InfiniteTimeSpan);
        }
        else if (double.TryParse(text.TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var s) && s < 1e9)
        {
            yield return SimulatedStep.Sleep(TimeSpan.FromSeconds(s));
        }
        else
        {
            yield return SimulatedStep.PrintError($"sleep: invalid number '{text}'\n");
            yield return SimulatedStep.Exit(1);
        }
    }

    private static IEnumerable<SimulatedStep> Env(SimulatedCall call)
    {
        foreach (var (name, value) in call.Environment.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            yield return SimulatedStep.Print($"{name}={value}\n");
        }
    }

    private static IEnumerable<SimulatedStep> PrintEnv(SimulatedCall call)
    {
        if (call.Arguments.Length == 1)
        {
            return Env(call);
        }

        return call.Environment.TryGetValue(call.Arguments[1], out var value)
            ? [SimulatedStep.Print($"{value}\n")]
            : [SimulatedStep.Exit(1)];
    }

    private static IEnumerable<SimulatedStep> Id(SimulatedCall call)
    {
        yield return SimulatedStep.Print(call.Arguments is [_, "-u"] ? $"{call.UserId}\n"
            : call.Arguments is [_, "-g"] ? $"{call.GroupId}\n"
            : $"uid={call.UserId} gid={call.GroupId}\n");
    }
}
