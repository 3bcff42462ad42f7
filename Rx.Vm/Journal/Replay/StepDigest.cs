using Rx.Vm.Lifecycle;

namespace Rx.Vm.Journal;

/// <summary>
/// One number over everything a step is, other than its event: two steps that differ in one word never have the same, two that differ
/// in more practically never. It says "differs", not "was tampered with". Part of the file format: a change needs a new version of it.
/// </summary>
internal static class StepDigest
{
    // Odd, so that multiplying loses nothing: the golden ratio's bits.
    private const ulong Odd = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The digest of <paramref name="step"/>; the same on every machine and in every run.</summary>
    public static ulong Of(VmStep step)
    {
        var (fold, core) = (step.Fold, step.Fold.Core.Pack());
        var hash = Mix(Mix(Odd, (ulong)core), (ulong)(core >> 64));
        hash = State(hash, fold.State);
        hash = Mix(hash, (ulong)step.Number);
        hash = Mix(hash, (uint)step.Effects);
        hash = Mix(hash, step.Devices.Bits);
        hash = Mix(hash, step.Published ? 1u : 0u);
        hash = Mix(hash, (ulong)fold.Deadlines.Length);
        foreach (var deadline in fold.Deadlines)
        {
            hash = Mix(hash, (ulong)deadline.Id);
            hash = Mix(hash, (ulong)deadline.Kind);
            hash = Mix(hash, (ulong)deadline.After.Ticks);
            hash = Mix(hash, (ulong)deadline.ArmedAt.Ticks);
            hash = deadline.Extensions == 0 ? hash : Mix(hash, (ulong)deadline.Extensions);
        }

        hash = Pending(hash, fold);
        hash = Mix(hash, (ulong)step.Answers.Length);
        foreach (var answer in step.Answers)
        {
            hash = Mix(hash, (ulong)answer.Command);
            hash = Mix(hash, (ulong)answer.Kind | (ulong)answer.Phase << 8 | (ulong)answer.Refusal << 16 | (ulong)answer.Reason << 24);
            hash = Text(hash, answer.Message);
        }

        return hash;
    }

    private static ulong State(ulong hash, VmState state)
    {
        hash = Mix(hash, (ulong)state.Sequence);
        hash = Mix(hash, (ulong)state.At.Ticks);
        hash = Mix(hash, (ulong)state.Phase | (ulong)state.Reason << 8 | (state.ResourcesLost ? 1ul << 16 : 0));
        hash = Text(hash, state.VmId);
        hash = Text(hash, state.Message);
        hash = Text(hash, state.PodId);
        hash = Text(hash, state.Machine);
        hash = Mix(hash, (ulong)state.ExitCodes.Count);
        for (var i = 0; i < state.ExitCodes.Count; i++)
        {
            hash = Mix(hash, (uint)state.ExitCodes[i]);
        }

        return Labels(hash, state.Labels);
    }

    // Nothing when there are none: so were the digests of journals in format 1, which knew no labels.
    private static ulong Labels(ulong hash, LabelSet labels)
    {
        foreach (var (name, value) in labels)
        {
            hash = Text(Text(hash, name), value);
        }

        return labels.Count == 0 ? hash : Mix(hash, ~(ulong)labels.Count);
    }

    // A sum, because a dictionary has no order of its own and sorting it for every event would cost more than all the rest.
    private static ulong Pending(ulong hash, VmFold fold)
    {
        var sum = 0ul;
        foreach (var (command, kind) in fold.Pending)
        {
            sum += Mix(Mix(Odd, (ulong)command), (ulong)kind);
        }

        return Mix(Mix(hash, (ulong)fold.Pending.Count), sum);
    }

    private static ulong Text(ulong hash, string? text)
    {
        if (text is null)
        {
            return Mix(hash, ulong.MaxValue);
        }

        hash = Mix(hash, (ulong)text.Length);
        foreach (var character in text)
        {
            hash = Mix(hash, character);
        }

        return hash;
    }

    // Each of the three steps can be undone, so what went in is still all there.
    private static ulong Mix(ulong hash, ulong value)
    {
        var mixed = (hash ^ value) * Odd;
        return mixed ^ mixed >> 32;
    }
}
