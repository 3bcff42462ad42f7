namespace Rx.Qmp;

/// <summary>Runs one action again and again on request, never twice at a time: requests during a run are one more run.</summary>
internal sealed class Repeater
{
    private readonly Lock _gate = new();
    private Func<Task<bool>>? _action;
    private bool _running;
    private bool _requested;

    /// <summary>Runs it for the first time.</summary>
    /// <param name="action">What; it must not throw, and says whether it wants to be run ever again.</param>
    public void Begin(Func<Task<bool>> action)
    {
        lock (_gate)
        {
            _action = action;
        }

        Request();
    }

    public void Request()
    {
        lock (_gate)
        {
            _requested = true;
            if (_running || _action is null)
            {
                return;
            }

            _running = true;
        }

        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        while (TakeRequest() is { } action)
        {
            if (!await action().ConfigureAwait(false))
            {
                lock (_gate)
                {
                    _action = null;
                }
            }
        }
    }

    private Func<Task<bool>>? TakeRequest()
    {
        lock (_gate)
        {
            _running = _requested && _action is not null;
            _requested = false;
            return _running ? _action : null;
        }
    }
}
