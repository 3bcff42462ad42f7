namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>How a plug-in misbehaves.</summary>
public enum How
{
    /// <summary>It throws.</summary>
    Throws,

    /// <summary>It throws something whose message throws when it is asked for.</summary>
    ThrowsWordless,

    /// <summary>Its task fails.</summary>
    Fails,

    /// <summary>Its task is cancelled.</summary>
    Cancels,

    /// <summary>Its task never completes, whatever token is cancelled.</summary>
    Never,

    /// <summary>It doesn't return to its caller.</summary>
    Blocks,

    /// <summary>It gives nothing.</summary>
    Null,
}

/// <summary>One misbehaviour of a driver, its machines or their streams, at one place.</summary>
internal sealed class HostileAct(string where, How how) : IDisposable
{
    private readonly ManualResetEventSlim _over = new();

    /// <summary>How often it struck.</summary>
    public int Strikes { get; private set; }

    public T Do<T>(string place, Func<T> sound)
    {
        if (place != where)
        {
            return sound();
        }

        Strikes++;
        switch (how)
        {
            case How.Throws:
                throw new InvalidOperationException($"hostile {where}");
            case How.ThrowsWordless:
                throw new WordlessException();
            case How.Blocks:
                _over.Wait();
                throw new InvalidOperationException($"hostile {where}");
            case How.Null:
                return default!;
            default:
                return sound();
        }
    }

    public async Task<T> DoAsync<T>(string place, Func<Task<T>> sound)
    {
        if (place == where)
        {
            switch (how)
            {
                case How.Fails:
                    Strikes++;
                    await Task.Yield();
                    throw new InvalidOperationException($"hostile {where}");
                case How.Cancels:
                    Strikes++;
                    await Task.Yield();
                    throw new OperationCanceledException($"hostile {where}");
                case How.Never:
                    Strikes++;
                    await new TaskCompletionSource().Task;
                    break;
            }
        }

        return await sound();
    }

    /// <summary>Lets go of every thread that was blocked.</summary>
    public void Dispose() => _over.Set();

    private sealed class WordlessException : Exception
    {
        public override string Message => throw new InvalidOperationException("no words");
    }
}
