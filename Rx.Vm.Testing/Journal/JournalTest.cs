using System.Globalization;
using System.Text;
using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Testing;

/// <summary>Turns a recorded life into a test: C# for xunit that builds the events again and asserts the phases.</summary>
public static class JournalTest
{
    /// <summary>
    /// A compilable file with one class, <paramref name="name"/>, and one test in it. Depends on the library's pure part only.
    /// </summary>
    /// <param name="replay">The life; entries behind a gap are left out. The phases asserted are those of the replay.</param>
    /// <param name="name">The name of the class: an ASCII letter, then letters, digits or '_'.</param>
    /// <param name="nameSpace">The namespace, or null for none.</param>
    /// <exception cref="RxVmException">The name is not such a name.</exception>
    public static string Write(JournalReplay replay, string name, string? nameSpace = null)
    {
        ArgumentNullException.ThrowIfNull(replay);
        if (!IsName(name))
        {
            throw new RxVmException($"{JournalLiteral.Of(name)}: not a name for a test: a letter, then letters, digits or '_', at most 100");
        }

        var header = replay.Recording.Header;
        var text = new StringBuilder();
        text.Append("using Rx.Vm.Journal;\nusing Rx.Vm.Lifecycle;\nusing Xunit;\n\n");
        text.Append(nameSpace is null ? "" : $"namespace {nameSpace};\n\n");
        text.Append($"/// <summary>A recorded life of the machine {header.VmId}: {replay.Steps.Length - 1} events.</summary>\n");
        text.Append($"public class {name}\n{{\n    [Fact]\n    public void Comes_out_as_recorded()\n    {{\n");
        text.Append("        (long Ticks, VmEvent Event, VmPhase Phase)[] life =\n        [\n");
        foreach (var step in replay.Steps.Skip(1))
        {
            var (at, phase) = (step.At.Ticks, step.Fold.State.Phase);
            text.Append(CultureInfo.InvariantCulture, $"            ({at}, {Event(step.Event!)}, VmPhase.{phase}),\n");
        }

        text.Append("        ];\n");
        text.Append($"        var timeouts = {Timeouts(header.Timeouts)};\n");
        text.Append($"        var header = new JournalHeader {{ VmId = {JournalLiteral.Of(header.VmId)}, Keep = KeepMode.{header.Keep}, ");
        text.Append("Timeouts = timeouts };\n");
        text.Append("        var states = JournalReplay.Fold(header, life.Select(moment => (TimeSpan.FromTicks(moment.Ticks), moment.Event)));\n\n");
        text.Append("        foreach (var ((_, e, phase), state) in life.Zip(states.Skip(1)))\n        {\n");
        text.Append("            Assert.Equal((e, phase), (e, state.Phase));\n        }\n    }\n}\n");
        return text.ToString();
    }

    private static string Event(VmEvent e)
    {
        var members = new List<string>();
        if (e.Operand != 0)
        {
            members.Add(FormattableString.Invariant($"Operand = {e.Operand}"));
        }

        if (e.Token != 0)
        {
            members.Add(FormattableString.Invariant($"Token = {e.Token}"));
        }

        if (e.PodId is { } pod)
        {
            members.Add($"PodId = {JournalLiteral.Of(pod)}");
        }

        if (e.Labels.Count > 0)
        {
            var labels = e.Labels.Select(label => $"new({JournalLiteral.Of(label.Key)}, {JournalLiteral.Of(label.Value)})");
            members.Add($"Labels = new([{string.Join(", ", labels)}])");
        }

        if (e.Text is { } text)
        {
            members.Add($"Text = {JournalLiteral.Of(text)}");
        }

        if (e.ExitCodes.Count > 0)
        {
            members.Add($"ExitCodes = new([{string.Join(", ", e.ExitCodes.Select(code => code.ToString(CultureInfo.InvariantCulture)))}])");
        }

        var made = $"new VmEvent(VmEventKind.{e.Kind})";
        return members.Count == 0 ? made : $"{made} {{ {string.Join(", ", members)} }}";
    }

    // Only what differs from the defaults, so that a reader sees what was special.
    private static string Timeouts(VmTimeouts timeouts)
    {
        var special = TimeoutNames.Of(timeouts).Except(TimeoutNames.Of(new VmTimeouts()))
            .Select(t => FormattableString.Invariant($"{t.Name} = TimeSpan.FromTicks({t.Value.Ticks})")).ToList();
        return special.Count == 0 ? "new VmTimeouts()" : $"new VmTimeouts {{ {string.Join(", ", special)} }}";
    }

    private static bool IsName(string? name) =>
        name is { Length: >= 1 and <= 100 } && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
