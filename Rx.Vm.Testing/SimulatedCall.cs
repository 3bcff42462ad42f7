using System.Collections.Immutable;

namespace Rx.Vm.Testing;

/// <summary>How a simulated program was called, and what has come to it since.</summary>
public sealed class SimulatedCall
{
    private readonly Inflow _inflow;

    internal SimulatedCall(ImmutableArray<string> arguments, ImmutableDictionary<string, string> environment, string workdir)
        : this(arguments, environment, workdir, new Inflow())
    {
    }

    private SimulatedCall(ImmutableArray<string> arguments, ImmutableDictionary<string, string> environment, string workdir, Inflow inflow)
    {
        Arguments = arguments;
        Environment = environment;
        Workdir = workdir;
        _inflow = inflow;
    }

    /// <summary>The command and its arguments; the first is the program as it was named.</summary>
    public ImmutableArray<string> Arguments { get; }

    /// <summary>The environment.</summary>
    public ImmutableDictionary<string, string> Environment { get; }

    /// <summary>The working directory.</summary>
    public string Workdir { get; }

    /// <summary>The user's number.</summary>
    public int UserId { get; init; }

    /// <summary>The group's number.</summary>
    public int GroupId { get; init; }

    /// <summary>The pod's host name.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Whether standard input and output are a terminal.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>The programs of the guest, for one that runs others.</summary>
    public ImmutableDictionary<string, SimulatedProgram> Programs { get; init; } = ImmutableDictionary<string, SimulatedProgram>.Empty;

    /// <summary>What the last <see cref="SimulatedStep.Read"/> read; empty at the end of the input.</summary>
    public ReadOnlyMemory<byte> Input => _inflow.Input;

    /// <summary>The trapped signal that came last, or 0; from then on, until the next.</summary>
    public int Signal => _inflow.Signal;

    /// <summary>
    /// Handles a signal instead of leaving it to the kernel. It then shows in <see cref="Signal"/> and ends a sleep or read that is under
    /// way;
    /// the read has read nothing then.
    /// </summary>
    /// <param name="signal">The Linux signal number; 9 can't be trapped.</param>
    public void Trap(int signal) => _inflow.Trapped.Add(signal);

    /// <summary>The same standing, another command: for a program that runs another one.</summary>
    /// <param name="arguments">The command and its arguments.</param>
    /// <param name="environment">Its environment; null for the same.</param>
    /// <param name="workdir">Its working directory; null for the same.</param>
    public SimulatedCall With(
        ImmutableArray<string> arguments, ImmutableDictionary<string, string>? environment = null, string? workdir = null) =>
        new(arguments, environment ?? Environment, workdir ?? Workdir, _inflow)
        {
            UserId = UserId, GroupId = GroupId, Hostname = Hostname, HasTerminal = HasTerminal, Programs = Programs,
        };

    internal bool IsTrapped(int signal) => signal != 9 && _inflow.Trapped.Contains(signal);

    internal void Deliver(ReadOnlyMemory<byte> input) => _inflow.Input = input;

    internal void Deliver(int signal) => _inflow.Signal = signal;

    private sealed class Inflow
    {
        public HashSet<int> Trapped { get; } = [];

        public ReadOnlyMemory<byte> Input { get; set; }

        public int Signal { get; set; }
    }
}
