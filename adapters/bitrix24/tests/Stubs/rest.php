<?php

declare(strict_types=1);

// Signatures of the portal's REST, as far as ours meets them. Written by us.

namespace Bitrix\Rest {
    class RestException extends \Exception
    {
        public function __construct(string $message, private string $errorCode = '', private string $status = '400 Bad Request')
        {
            parent::__construct($message);
        }

        public function getErrorCode(): string
        {
            return $this->errorCode;
        }

        public function getStatus(): string
        {
            return $this->status;
        }
    }
}

namespace {
    use Bitrix\Main\Result;
    use Bitrix\Rest\RestException;
    use Parom\Bridge\Tests\Stubs\Portal;

    final class CRestServer
    {
        public const STATUS_WRONG_REQUEST = '400 Bad Request';
        public const STATUS_FORBIDDEN = '403 Forbidden';

        /** @param Closure(): Result $work */
        public function process(Closure $work): Result
        {
            $result = $work();
            if (!$result->isSuccess()) {
                throw new RestException(\implode("\n", $result->getErrorMessages()));
            }

            return $result;
        }

        /**
         * @param array<string, mixed> $query
         * @return array<string, mixed>
         */
        public function call(string $method, array $query = []): array
        {
            $described = [];
            foreach (Portal::$handlers as $handler) {
                if ($handler['event'] === 'OnRestServiceBuildDescription' && isset(Portal::$modules[$handler['module']])) {
                    $described += [$handler['class'], $handler['method']]();
                }
            }
            foreach ($described as $methods) {
                if (isset($methods[$method])) {
                    return $methods[$method]['callback']($query, 0, $this);
                }
            }

            throw new RestException('Method not found!', 'ERROR_METHOD_NOT_FOUND');
        }
    }
}
