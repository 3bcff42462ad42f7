namespace Rx.Vm.Testing.Simulation;

/// <summary>
/// A process in the guest: takes its program's steps one after the other, each when the one before is done. On the strand.
/// <code>
/// runs ─► writes (until the host has it) ─┐
///   ├──► sleeps (until its time or signal) ├─► runs … ─► ended ─► its streams' ends, exit code
///   └──► reads (until input or signal) ────┘
/// </code>
/// </summary>
internal sealed class GuestProcess(
    GuestSystem guest, Terminals terminals, SimulatedProgram program, SimulatedCall call, GuestProcess.Sessions sessions, Action<int> ended)
{
    private const int Aborted = 134;

    private readonly Queue<ReadOnlyMemory<byte>> _input = new();
    private IEnumerator<SimulatedStep>? _steps;
    private SimulatedStep.StepKind? _wait;
    private IDisposable? _sleep;
    private TimeSpan _begun;
    private bool _inputEnded;
    private bool _isOutOfMemory;
    private bool _isTimedOut;

    /// <summary>Its streams.</summary>
    internal sealed record Sessions(ulong Main, ulong? Error, bool HasTerminal, bool IsExec, bool TellsEnd);

    /// <summary>How it ended, or null.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Its main session.</summary>
    public ulong Session => sessions.Main;

    /// <summary>Runs.</summary>
    public void Start()
    {
        _begun = guest.Machine.Elapsed;
        terminals.Add(sessions.Main, this);
        _steps = program(call).GetEnumerator();
        Advance();
    }

    /// <summary>Delivers a signal: to the program when it handles it, else as the kernel does.</summary>
    public void Signal(int signal)
    {
        if (ExitCode is not null)
        {
            return;
        }

        if (call.IsTrapped(signal))
        {
            call.Deliver(signal);
            Interrupt();
        }
        else if (IsFatal(signal))
        {
            End(128 + signal, signal);
        }
    }

    /// <summary>The kernel kills it: memory has run out.</summary>
    public void RunOutOfMemory()
    {
        _isOutOfMemory = ExitCode is null;
        Signal(9);
    }

    /// <summary>Its time is over.</summary>
    public void TimeOut()
    {
        _isTimedOut = ExitCode is null;
        Signal(9);
    }

    /// <summary>Standard input.</summary>
    public void TakeInput(ReadOnlyMemory<byte> bytes)
    {
        var plain = sessions.HasTerminal ? LineDiscipline.Input(bytes, Echo, () => Signal(2), EndInput) : bytes;
        if (ExitCode is null && !plain.IsEmpty)
        {
            _input.Enqueue(plain);
            Supply();
        }
    }

    /// <summary>The end of standard input.</summary>
    public void EndInput()
    {
        _inputEnded = true;
        Supply();
    }

    // Not SIGCHLD, SIGCONT, SIGURG, SIGWINCH; stopping is not simulated.
    private static bool IsFatal(int signal) => signal is not (17 or 18 or 19 or 20 or 21 or 22 or 23 or 28);

    private void Echo(ReadOnlyMemory<byte> bytes) => terminals.Write(sessions.Main, bytes, static () => { });

    private void Interrupt()
    {
        if (_wait is SimulatedStep.StepKind.Sleep or SimulatedStep.StepKind.Read)
        {
            _sleep?.Dispose();
            call.Deliver(ReadOnlyMemory<byte>.Empty);
            Resume();
        }
    }

    private void Supply()
    {
        if (_wait == SimulatedStep.StepKind.Read && TryRead())
        {
            Resume();
        }
    }

    private void Resume()
    {
        _wait = null;
        Advance();
    }

    private void Advance()
    {
        while (ExitCode is null && _wait is null)
        {
            try
            {
                if (_steps!.MoveNext())
                {
                    Take(_steps.Current);
                }
                else
                {
                    End(0);
                }
            }
            catch (Exception fault)
            {
                // The program's own defect is the program's end, as with any process.
                var words = System.Text.Encoding.UTF8.GetBytes($"{call.Arguments[0]}: {fault.Message}\n");
                terminals.Write(sessions.Error ?? sessions.Main, words, static () => { });
                End(Aborted);
            }
        }
    }

    private void Take(SimulatedStep step)
    {
        switch (step.Kind)
        {
            case SimulatedStep.StepKind.Print:
                Write(sessions.Main, step);
                break;
            case SimulatedStep.StepKind.PrintError:
                Write(sessions.Error ?? sessions.Main, step);
                break;
            case SimulatedStep.StepKind.Sleep:
                _wait = step.Kind;
                _sleep = step.Time == Timeout.InfiniteTimeSpan ? null : guest.After(step.Time, Resume);
                break;
            case SimulatedStep.StepKind.Read:
                _wait = TryRead() ? null : step.Kind;
                break;
            case SimulatedStep.StepKind.Exit:
                End(step.Code);
                break;
        }
    }

    private void Write(ulong session, SimulatedStep step)
    {
        if (!step.Bytes.IsEmpty)
        {
            _wait = step.Kind;
            terminals.Write(session, sessions.HasTerminal ? LineDiscipline.Output(step.Bytes) : step.Bytes, () => guest.Do(Resume));
        }
    }

    private bool TryRead()
    {
        if (_input.TryDequeue(out var bytes) || _inputEnded)
        {
            call.Deliver(bytes);
            return true;
        }

        return false;
    }

    private void End(int code, int signal = 0)
    {
        ExitCode = code;
        _wait = null;
        _sleep?.Dispose();
        _steps?.Dispose();
        if (sessions.TellsEnd)
        {
            guest.TellEnd(sessions.Main, code, signal, _isOutOfMemory, _isTimedOut, guest.Machine.Elapsed - _begun);
        }

        terminals.Remove(sessions.Main);
        terminals.End(sessions.Main);
        if (sessions.Error is { } error)
        {
            terminals.End(error);
        }

        if (sessions is { IsExec: true, TellsEnd: false } && guest.Machine.Settings.Features.Contains("exit-frame"))
        {
            terminals.Exit(sessions.Main, code);
        }

        terminals.WhenFlushed(() => guest.Do(() => ended(code)));
    }
}
